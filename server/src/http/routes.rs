//! A router that remembers its paths, so that the API's description can be held to them.

use axum::Router;
use axum::routing::MethodRouter;

use crate::boxes::Boxes;

/// Routes, and what they are.
#[derive(Debug, Default)]
pub(super) struct Routes {
    router: Router<Boxes>,
    paths: Vec<&'static str>,
}

impl Routes {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Adds one, as `Router` does.
    pub(super) fn route(mut self, path: &'static str, methods: MethodRouter<Boxes>) -> Self {
        self.paths.push(path);
        self.router = self.router.route(path, methods);
        self
    }

    /// Adds all of another.
    pub(super) fn merge(mut self, other: Self) -> Self {
        self.paths.extend(other.paths);
        self.router = self.router.merge(other.router);
        self
    }

    pub(super) fn into_router(self) -> Router<Boxes> {
        self.router
    }

    /// As the router spells them.
    #[cfg(test)]
    pub(super) fn paths(&self) -> &[&'static str] {
        &self.paths
    }
}
