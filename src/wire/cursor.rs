//! A byte cursor that keeps its position; the only place that indexes input.
