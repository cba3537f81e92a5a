import { defineConfig } from "vite";

// The server of the console lies anywhere: every address in the built page is relative to it.
export default defineConfig({
  base: "./",
  build: {
    outDir: "../src/doorward/apps/console/static",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 2048,
    chunkSizeWarningLimit: 2000,
    rollupOptions: { input: ["index.html", "api.html"] },
    modulePreload: { polyfill: false },
  },
  worker: { format: "es" },
  server: { proxy: { "/api": process.env["DOORWARD"] ?? "http://127.0.0.1:8787" } },
});
