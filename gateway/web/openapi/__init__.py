"""The HTTP API as an OpenAPI 3.1 document, made from the schemas, codes and limits the code itself uses."""
