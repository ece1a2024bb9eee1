"""``gisreg closeout``: the plan of each parcel, its steps, and the close-out with its proofs and results."""

import typer

from gisreg.cli import closeout_figures, closeout_inquiry, closeout_plan, closeout_show, closeout_submit

app = typer.Typer(no_args_is_help=True)
for part in (closeout_plan, closeout_submit, closeout_inquiry, closeout_show, closeout_figures):
    part.register(app)
