# One small image for every process: `serve` (the default), `api` and `worker`. .ci/image-check runs these very steps
# where there is no Docker.
FROM python:3.11.14-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /opt/nextcircle

# What changes rarely comes first, so that a new version of the service is a small layer.
COPY requirements.lock ./
RUN pip install --quiet --require-hashes -r requirements.lock

COPY pyproject.toml README.md LICENSE ./
COPY app app
COPY scrapers scrapers
COPY migrations migrations
RUN pip install --quiet --no-deps .

RUN mkdir -p /var/lib/nextcircle && chown 10001:10001 /var/lib/nextcircle
ENV NEXTCIRCLE_HOST=0.0.0.0 NEXTCIRCLE_PORT=8000 NEXTCIRCLE_DATA_DIR=/var/lib/nextcircle
USER 10001:10001
VOLUME /var/lib/nextcircle
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "-c", "import os, urllib.request as web; web.urlopen('http://127.0.0.1:' + os.environ['NEXTCIRCLE_PORT'] + '/healthz', timeout=3)"]
CMD ["nextcircle", "serve"]
