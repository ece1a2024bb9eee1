"""Fields that spell out a token: added to the batches here, so that the database sends each token once."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from gisreg.export.fields import Field
from gisreg.vocab import Term


def with_titles(batches: Iterable[Any], wanted: Sequence[Field]) -> Iterator[Any]:
    """The same batches with the ``…_title`` columns behind the others."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and loaded already where there are batches

    spelled = [(field, *_vocabulary(field)) for field in wanted if field.title_of]
    for batch in batches:
        names, columns = list(batch.schema.names), list(batch.columns)
        for field, tokens, titles in spelled:
            names.append(field.name)
            columns.append(_look_up(batch.column(field.title_of), tokens, titles))
        yield pa.RecordBatch.from_arrays(columns, names=names)


def _vocabulary(field: Field) -> tuple[Any, Any]:
    import pyarrow as pa  # noqa: PLC0415 - heavy, and loaded already where there are batches

    terms: list[Term] = list(field.terms or ())
    return pa.array([str(term) for term in terms], pa.string()), pa.array([term.zh for term in terms], pa.string())


def _look_up(column: Any, tokens: Any, titles: Any) -> Any:
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy, and loaded already where there are batches

    return titles.take(pc.index_in(column, value_set=tokens))
