"""Makes what is made from the API's OpenAPI document."""
