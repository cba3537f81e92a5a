declare module "swagger-ui-dist/swagger-ui-es-bundle.js" {
  interface Asked { url: string; headers: Record<string, string> }
  export default function SwaggerUI(settings: {
    dom_id: string; url: string; deepLinking: boolean; docExpansion: "none" | "list" | "full"; filter: boolean;
    tryItOutEnabled: boolean; persistAuthorization: boolean; validatorUrl: null;
    requestInterceptor: (request: Asked) => Asked | Promise<Asked>;
  }): void;
}
