"""The console: the built pages of `ui/`, served with the headers that keep them safe."""
