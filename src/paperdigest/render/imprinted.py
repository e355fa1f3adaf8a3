"""A renderer whose messages carry what the operator puts on every one of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from paperdigest.core.digest import Digest
from paperdigest.core.imprint import Imprint
from paperdigest.core.ports import Form, Message
from paperdigest.render.clean import clean_text
from paperdigest.render.renderer import Renderer


@dataclass(frozen=True, slots=True)
class Imprinted:
    """Renders as `renderer` does. The digest as shown bears the imprint, too; its title stays without the prefix."""

    renderer: Renderer
    imprint: Imprint

    def render(
        self, digest: Digest, forms: frozenset[Form] = frozenset(Form)
    ) -> tuple[Digest, Message]:
        shown, message = self.renderer.render(self.imprint.on(digest), forms)
        return shown, self._titled(message)

    def safely(
        self, digest: Digest, forms: frozenset[Form] = frozenset(Form)
    ) -> tuple[Digest, Message, str]:
        """Render as `renderer` does safely: the last is why the user's own templates did not make it."""
        shown, message, fault = self.renderer.safely(self.imprint.on(digest), forms)
        return shown, self._titled(message), fault

    def _titled(self, message: Message) -> Message:
        return replace(message, subject=clean_text(self.imprint.subject(message.subject)))
