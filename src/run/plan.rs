//! From scenarios to variants: every combination of `for`, every order of `interleave: all`.

use std::sync::Arc;

use super::Variant;
use crate::scenario::{Action, Scenario, Step, VariableValue};

/// Expands scenarios into variants: every combination of `for`, every order of `interleave: all`.
pub fn plan(scenarios: &[Arc<Scenario>]) -> Vec<Variant> {
    scenarios.iter().flat_map(variants).collect()
}

fn variants(scenario: &Arc<Scenario>) -> Vec<Variant> {
    let orders = orders(&scenario.steps);
    let mut variants = Vec::new();
    for bindings in combinations(scenario) {
        for order in &orders {
            variants.push(Variant {
                id: id(&scenario.id, &bindings, order.as_deref()),
                scenario: Arc::clone(scenario),
                bindings: bindings.clone(),
                order: order.clone(),
            });
        }
    }
    variants
}

fn id(scenario: &str, bindings: &[(String, VariableValue)], order: Option<&[usize]>) -> String {
    let mut parts: Vec<String> = bindings
        .iter()
        .map(|(name, value)| format!("{name}={}", value.label))
        .collect();
    if let Some(order) = order {
        let digits: String = order
            .iter()
            .map(|branch| (branch + 1).to_string())
            .collect();
        parts.push(format!("order={digits}"));
    }
    if parts.is_empty() {
        scenario.to_owned()
    } else {
        format!("{scenario}[{}]", parts.join(","))
    }
}

/// Every combination of the variables' values, the last variable changing fastest.
fn combinations(scenario: &Scenario) -> Vec<Vec<(String, VariableValue)>> {
    let mut combinations = vec![Vec::new()];
    for variable in &scenario.variants {
        combinations = combinations
            .iter()
            .flat_map(|chosen: &Vec<(String, VariableValue)>| {
                variable.values.iter().map(move |value| {
                    let mut chosen = chosen.clone();
                    chosen.push((variable.name.clone(), value.clone()));
                    chosen
                })
            })
            .collect();
    }
    combinations
}

/// Every merge of the branches of the step with `interleave: all`; `[None]` if there is none.
fn orders(steps: &[Step]) -> Vec<Option<Vec<usize>>> {
    let lengths = steps.iter().find_map(|step| match &step.action {
        Action::Together {
            branches,
            interleave: true,
        } => Some(branches.iter().map(Vec::len).collect::<Vec<_>>()),
        _ => None,
    });
    match lengths {
        None => vec![None],
        Some(mut remaining) => {
            let mut orders = Vec::new();
            merge(&mut remaining, &mut Vec::new(), &mut orders);
            orders.into_iter().map(Some).collect()
        }
    }
}

fn merge(remaining: &mut [usize], taken: &mut Vec<usize>, orders: &mut Vec<Vec<usize>>) {
    if remaining.iter().all(|&left| left == 0) {
        orders.push(taken.clone());
        return;
    }
    for branch in 0..remaining.len() {
        if remaining[branch] > 0 {
            remaining[branch] -= 1;
            taken.push(branch);
            merge(remaining, taken, orders);
            taken.pop();
            remaining[branch] += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_branches_of_two_steps_have_six_orders() {
        let mut orders = Vec::new();
        merge(&mut [2, 2], &mut Vec::new(), &mut orders);
        assert_eq!(orders.len(), 6);
        assert_eq!(orders[0], [0, 0, 1, 1]);
        assert_eq!(orders[5], [1, 1, 0, 0]);
    }

    #[test]
    fn an_id_names_its_variant() {
        let value = VariableValue {
            label: "NOOP".to_owned(),
            text: "noop".to_owned(),
            needs: Vec::new(),
        };
        let bindings = [("command".to_owned(), value)];
        assert_eq!(id("a/b", &[], None), "a/b");
        assert_eq!(
            id("a/b", &bindings, Some(&[0, 1])),
            "a/b[command=NOOP,order=12]"
        );
    }
}
