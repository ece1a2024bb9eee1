"""What a label rests on that nobody knows: facts that a rule takes for "no" while there is no word of them."""

from gisreg.parcels.queryables import Queryable
from gisreg.planning.compile import PARAMETER_PREFIX, CompiledRule
from gisreg.planning.logic import Domain, limits_in, truth
from gisreg.planning.seeing import Looked
from gisreg.planning.telling import plain
from gisreg.planning.thresholds import condition_of


def rested_on(of: Looked, rule: CompiledRule) -> list[Queryable]:
    """Unknown facts without which a rule fired, and of which some value would keep it from firing."""
    if rule.rule.when is None or of.answer(rule) != "yes":
        return []
    tree = condition_of(of.rules, rule.rule.when)
    facts = [item for item in rule.used if not item.name.startswith(PARAMETER_PREFIX)]
    values = {item.name: plain(of.seen[f"fact:{item.name}"]) for item in facts}
    if truth(tree, values) is not True:  # it speaks of what cannot be judged here: a likeness, a place
        return []
    limits = list(limits_in(tree))

    def decides(item: Queryable) -> bool:
        compared = {limit for name, limit in limits if name == item.name and not isinstance(limit, bool)}
        domain = Domain(item.type, tuple(str(term) for term in item.terms or ()), compared)
        tried = (value for value in domain.values() if value is not None)
        return any(truth(tree, {**values, item.name: value}) is not True for value in tried)

    return [item for item in facts if of.is_unknown(item) and decides(item)]
