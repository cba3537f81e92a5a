// The API, described and to try: Swagger UI from the wheel, on the description that the server gives. Nothing is loaded from elsewhere.
import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";
import "swagger-ui-dist/swagger-ui.css";
import "./styles/api.css";

/** Whoever is signed in here may try calls without a key: what changes something then bears the session's token. */
async function token(): Promise<string> {
  const answer = await fetch(new URL("api/v1/session", document.baseURI), { headers: { Accept: "application/json" } });
  return answer.ok ? String(((await answer.json()) as { csrf?: string }).csrf ?? "") : "";
}

const csrf = token().catch(() => "");

SwaggerUI({
  dom_id: "#api",
  url: new URL("openapi.json", document.baseURI).href,
  deepLinking: true,
  docExpansion: "list",
  filter: true,
  tryItOutEnabled: false,
  persistAuthorization: false,
  validatorUrl: null,
  requestInterceptor: async (request) => {
    const held = await csrf;
    if (held && !request.headers["Authorization"]) request.headers["X-CSRF-Token"] = held;
    return request;
  },
});
