//! One property for each file.
