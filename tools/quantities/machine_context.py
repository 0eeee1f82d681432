"""What stands around a computing device: its cores, its hosts, what it is used for, whether it is there at all."""

from __future__ import annotations

from deep_learning_expert.tools.quantities import lexicon
from deep_learning_expert.tools.quantities.clauses import Clauses


class MachineContext(Clauses):
    """Look-ups around a machine's token."""

    def cores_beside(self, index: int) -> float | None:
        """ "4 核 CPU", "CPU 16 cores": the cores stated next to a machine."""
        for at in (index - 1, index + 1, index - 2, index + 2):
            if 0 <= at < len(self.tokens):
                amount = self.tokens[at].amount
                if amount and amount.unit and amount.unit.kind == "cores":
                    return amount.number.value
        return None

    def hosts(self, index: int) -> float | None:
        """ "2 台 8 卡 A800": how many hosts, when they are counted right before the devices in each."""
        if not index or self.tokens[index - 1].amount is None:
            return None
        amount = self.tokens[index - 1].amount
        return amount.number.value if amount and amount.noun in ("machines", "nodes") else None

    def before_machine(self, index: int) -> bool:
        """Whether a computing device is named right behind this number."""
        return index + 1 < len(self.tokens) and self.tokens[index + 1].kind == "machine"

    def names_cpu(self) -> bool:
        """Whether the text names a CPU of its own."""
        return any(token.machine is not None and token.machine.kind == "cpu" for token in self.tokens)

    def negated(self, index: int) -> bool:
        """无 GPU, "no GPU", "without a GPU"."""
        start = self.tokens[index].start
        found = lexicon.listed("negations").matches(self.folded, range(max(0, start - 12), start))
        return any(not self.folded[end:start].strip() for end, _ in found)

    def role(self, index: int, kind: str, *, named: bool = False) -> str:
        """train, deploy or "": from the words in the machine's part of the sentence, else from its kind."""
        first, last = self.part(index)
        text = self.folded[self.tokens[first].start : self.tokens[last - 1].end]
        said = {role for role in ("train", "deploy") if self.mentions("roles", text, role)}
        if len(said) == 2 and self.mentions("roles", text, "both"):
            return ""
        if len(said) == 2:
            said = self._nearest_role(index, first, last)
        if len(said) == 1:
            return said.pop()
        small = kind in lexicon.table("signs")["deploy_kinds"]["words"] and not (kind == "npu" and named)
        return "deploy" if small and not said else ""

    def _nearest_role(self, index: int, first: int, last: int) -> set[str]:
        """Both words in one part: the one that touches the machine, if only one does."""
        token = self.tokens[index]
        near = self.folded[
            max(self.tokens[first].start, token.start - 5) : min(self.tokens[last - 1].end, token.end + 12)
        ]
        return {role for role in ("train", "deploy") if self.mentions("roles", near, role)}
