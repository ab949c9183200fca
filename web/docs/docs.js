// The interactive API page: Swagger UI for the program's OpenAPI document.
SwaggerUIBundle({
    url: '/openapi.json',
    dom_id: '#api',
    deepLinking: true,
    docExpansion: 'list',
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    filter: true,
    tryItOutEnabled: true,
    // Off: the badge of an online validator, which would send the document's address to a foreign host.
    validatorUrl: null,
});
