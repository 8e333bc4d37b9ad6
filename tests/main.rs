//! What users rely on, a module a capability.
