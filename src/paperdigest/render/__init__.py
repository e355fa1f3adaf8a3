"""A digest becomes a message: subject, text, HTML, Slack text, within its budgets."""

from __future__ import annotations

from paperdigest.render.budget import BUDGET
from paperdigest.render.checks import check
from paperdigest.render.renderer import Renderer
from paperdigest.render.sample import sample_digest
from paperdigest.render.sample_notice import sample_notice

__all__ = ["BUDGET", "Renderer", "check", "sample_digest", "sample_notice"]
