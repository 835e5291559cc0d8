"""The stand-in session's answers to findings and to requests that change no data."""

from __future__ import annotations

from datetime import datetime


class FakeAnswers:
    """Mixed into the stand-in session."""

    def decide_finding(self, pipeline, number, decision, reason, by="", ctx=None):
        self.calls.append(("decide_finding", number, decision, reason))
        self.finding_decision = decision
        review = self.review(pipeline)
        if decision == "deviates":
            review |= {
                "status": "differs",
                "deviations": [{"title": "The average uses all rows", "reason": reason}],
                "counterexample": {"input": "the given data", "stage": "encode", "view": "", "fact": "12 of 148 differ"},
            }
        return review

    def check_again(self, pipeline, ctx=None):
        self.calls.append(("check_again", pipeline))
        return self.review(pipeline)

    def access_package(self, number, out, ctx=None):
        self.calls.append(("access_package", number))
        out.write_bytes(b"zip")
        made = {"path": out.name, "rows": 14, "files": 9, "withheld": 2}
        self.packages[number] = made | {"at": _now()}
        return made | {"case": number}

    def answer(self, number, decision, reason, by=None):
        self.calls.append(("answer", number, decision, reason))
        self.answers[number] = {"decision": decision, "reason": reason, "by": by or self.user, "effect": "Documented only.",
                                "at": _now()}  # fmt: skip
        self._cases[number].update(status="closed", status_text="Closed", group="done", next_action="")
        return self.case(number)

    def extend(self, number, reason, by=None):
        self.calls.append(("extend", number, reason))
        self._cases[number].update(extended=True)
        return self.case(number)


def _now():
    return datetime.now().astimezone().isoformat(timespec="seconds")
