//! Files of a box, reached only from inside its sandbox.
