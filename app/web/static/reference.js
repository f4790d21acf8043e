// Renders /openapi.json. Without `validatorUrl: null`, Swagger UI would send the address to a validator on the internet.
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
});
