//! `for`: variables, their values, and what only some values need.

use super::super::node::{Key, Node, Value};
use super::super::{Capability, Template, Variable, VariableValue, schema};
use super::header::PROTOCOLS;
use super::{Lowering, MOST_VARIANTS};
use crate::expect::hole;

impl Lowering<'_> {
    /// The variables of the file.
    pub(super) fn variants(&mut self, node: &Node) {
        let mut product = 1usize;
        for (key, value) in self.reader.entries(node, "for") {
            let name = &key.text;
            if !hole::is_path(name) || name.contains('.') || self.scope.is_taken(name) {
                let message = format!("`{name}` cannot be the name of a variable");
                self.reader.error(key.place, message, None);
            }
            let values = match &value.value {
                Value::Map(_) => self.named_values(value),
                _ => self.listed_values(value),
            };
            if values.is_empty() {
                let place = self.reader.visible(value);
                let message = "a variable has at least one value";
                self.reader.error(place, message, None);
            }
            product = product.saturating_mul(values.len().max(1));
            self.scope.names.insert(name.clone());
            self.variables.push(Variable {
                name: name.clone(),
                values,
            });
        }
        if product > MOST_VARIANTS {
            let message = format!("these are {product} variants, and {MOST_VARIANTS} is the most");
            let place = self.reader.visible(node);
            self.reader.error(place, message, None);
            self.variables.clear();
        }
    }

    fn listed_values(&mut self, node: &Node) -> Vec<VariableValue> {
        let texts = self.reader.texts(node, "the values of a variable");
        texts
            .into_iter()
            .map(|text| VariableValue {
                label: text.clone(),
                text,
                needs: Vec::new(),
            })
            .collect()
    }

    fn named_values(&mut self, node: &Node) -> Vec<VariableValue> {
        let entries = self.reader.entries(node, "the values of a variable");
        entries
            .into_iter()
            .filter_map(|(key, value)| self.named_value(key, value))
            .collect()
    }

    fn named_value(&mut self, key: &Key, node: &Node) -> Option<VariableValue> {
        let mut value = VariableValue {
            label: key.text.clone(),
            text: String::new(),
            needs: Vec::new(),
        };
        if let Value::Text(text) = &node.value {
            value.text.clone_from(text);
            return Some(value);
        }
        let keys = schema::keys::<schema::ValueMap>();
        let mut text = None;
        for (key, node) in self.reader.map(node, "a value", &keys) {
            match key.text.as_str() {
                "text" => text = self.reader.text(node, "the text of a value"),
                "needs" => value.needs = self.capabilities(node),
                _ => {}
            }
        }
        let Some(text) = text else {
            let message = format!("the value `{}` has no `text`", key.text);
            self.reader.error(key.place, message, None);
            return None;
        };
        value.text = text.to_owned();
        Some(value)
    }

    fn capabilities(&mut self, node: &Node) -> Vec<Capability> {
        let keys = schema::keys::<schema::Capabilities>();
        let mut capabilities = Vec::new();
        for (key, value) in self.reader.map(node, "the needs of a value", &keys) {
            if let Some((_, protocol)) = PROTOCOLS.iter().find(|(name, _)| *name == key.text) {
                for item in self.reader.list(value, &key.text) {
                    capabilities.extend(self.capability(item, *protocol));
                }
            }
        }
        capabilities
    }

    /// Notes what the values of a variable name and what has no value where they stand.
    pub(super) fn values_bound(&mut self, node: &Node, text: &str, variable: &str) {
        let Some(variable) = self.variables.iter().find(|known| known.name == variable) else {
            return;
        };
        for value in variable.values.clone() {
            let template = match Template::parse(&value.text) {
                Ok(template) => template,
                Err(error) => {
                    let message = format!("in the variant `{}`: {}", value.label, error.message);
                    self.reader
                        .error(self.reader.visible(node), message, error.suggestion);
                    continue;
                }
            };
            for path in template.uses() {
                if self.variables.iter().any(|other| other.name == path) {
                    let message = format!("the value `{}` holds another variable", value.label);
                    self.reader.error(self.reader.visible(node), message, None);
                } else {
                    self.bound(node, text, path);
                }
            }
        }
    }
}
