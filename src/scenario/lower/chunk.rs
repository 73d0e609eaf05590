//! Octets as they are: `raw` and `send`.

use super::super::node::{Node, Value};
use super::super::{Chunk, schema};
use super::Lowering;
use crate::transcript::Octets;

/// Most octets that one `repeat` may make.
const MOST_OCTETS: usize = 64 << 20;

impl Lowering<'_> {
    /// The chunks of `raw`, or of `send` if pauses are allowed.
    pub(super) fn chunks(&mut self, node: &Node, pauses: bool) -> Option<Vec<Chunk>> {
        let mut chunks = Vec::new();
        for item in self.reader.one_or_more(node, "what is sent") {
            chunks.push(match &item.value {
                Value::Text(text) => Chunk::Text(self.template(item, text)?),
                _ => self.chunk_map(item, pauses)?,
            });
        }
        Some(chunks)
    }

    fn chunk_map(&mut self, node: &Node, pauses: bool) -> Option<Chunk> {
        let keys = schema::keys::<schema::ChunkMap>();
        let entries = self.reader.map(node, "a chunk", &keys);
        let names: Vec<&str> = entries.iter().map(|(key, _)| key.text.as_str()).collect();
        match (&names[..], &entries[..]) {
            (["repeat", "times"], [(_, text), (_, times)])
            | (["times", "repeat"], [(_, times), (_, text)]) => {
                let text = self.reader.text(text, "repeat")?.to_owned();
                let most = MOST_OCTETS / text.len().max(1);
                let times = self.reader.number(times, "times", most)?;
                Some(Chunk::Repeat { text, times })
            }
            (["octets"], [(_, value)]) => {
                let text = self.reader.text(value, "octets")?;
                let octets = Octets::parse(text).map(|octets| Chunk::Octets(octets.0));
                if octets.is_none() {
                    let message = "octets are written as text with \\r, \\n, \\t, \\\\ and \\xNN";
                    let help = "in single quotes, so that YAML leaves the backslashes alone";
                    self.reader
                        .error(value.place, message, Some(help.to_owned()));
                }
                octets
            }
            (["pause"], [(key, value)]) => {
                if !pauses {
                    let message = "`raw` is written at once; `send` has pauses";
                    self.reader.error(key.place, message, None);
                }
                self.reader.duration(value, "pause").map(Chunk::Pause)
            }
            _ => {
                let place = self.reader.visible(node);
                let help = "text, {repeat: x, times: 9}, {octets: '\\xff'} or {pause: 50ms}";
                self.reader
                    .error(place, "this is no chunk", Some(help.to_owned()));
                None
            }
        }
    }
}
