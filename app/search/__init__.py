"""One query type and one engine for everybody who asks: API, pages, feeds, digest. Answers alike on both databases."""
