"""What the pages of a PDF say, beside what its embedded document gives: pure, from the text of the pages.

Only what this application words itself is compared: seal, levels, scores, reasons, answers and names. Rationales and
evidence are typed in every script there is, and text that is taken out of a PDF doesn't keep all of them. Text is no
picture either: what is drawn over a page isn't in it. So this never shows that a file is unchanged; it names what was
changed where it can. No Django here.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assessments.datatypes import GivenAnswer, ScoredAssessment
from assessments.narrative import AreaStory, QuestionLine, answer_text, narrative
from assessments.scoring import NOT_APPLICABLE, UNKNOWN, Answer
from assessments.wording import join_words
from rubric.datatypes import Rubric

MOST_SENTENCES, MOST_LETTERS = 20, 300
HEAD_LENGTH = 400
"""Within so many letters after an area's summary its level stands, and after the row of levels that of scores."""

_INVISIBLE = re.compile("[\\s\u00ad\u200b-\u200f\u2060\ufeff]+")
_SCORE = re.compile(r"Score(\d\.\d)")
_FIGURES = re.compile(r"Score((?:\d\.\d|–)+)Answered(?=\d)")
_NUMBERED = re.compile(r"Page(\d{1,3})of(\d{1,3})")
_DIGEST = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_CODE = re.compile(r"(?<![0-9A-Z-])[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){2}(?![0-9A-Z-])")


@dataclass(frozen=True, slots=True)
class Reading:
    """What is in a file, apart from any database. `unreadable` says why nothing could be compared, and is empty
    otherwise; then there is a seal. `alterations` name what doesn't agree with the embedded answers."""

    unreadable: str = ""
    code: str = ""
    sha256: str = ""
    rubric: str = ""
    areas: int = 0
    alterations: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def shortened(self) -> "Reading":
        """What a page has room for, whatever names a hostile file gives."""
        return replace(self, rubric=_brief(self.rubric), alterations=_few(self.alterations), notes=_few(self.notes))


def _brief(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]}…"


def _few(sentences: tuple[str, ...]) -> tuple[str, ...]:
    more = len(sentences) - MOST_SENTENCES
    shown = tuple(_brief(sentence) for sentence in sentences[:MOST_SENTENCES])
    return (*shown, f"and {more} more") if more > 0 else shown


@dataclass(frozen=True, slots=True)
class Compared:
    """`differences`: what the pages say otherwise. `notes`: what may have another reason, such as a new name."""

    differences: tuple[str, ...]
    notes: tuple[str, ...]


def compared(sheet: ScoredAssessment, pages: Sequence[str]) -> Compared:
    """The texts of the pages beside a sealed sheet."""
    plain = [squashed(page) for page in pages]
    text = "".join(plain)
    told = narrative(sheet)
    stories = told.stories
    differences = [
        *_page_numbers(plain),
        *_seals(sheet, pages, plain),
        *_table(sheet, stories, text),
        *(one for story in reversed(stories) for one in _area(sheet.rubric, story, text)),
        *_head(told.headline, text),
    ]
    return Compared(tuple(dict.fromkeys(differences)), tuple(_names(sheet, text)))


def squashed(text: str) -> str:
    """Without white space and what nobody sees: lines break elsewhere in each extraction."""
    return _INVISIBLE.sub("", text)


def _page_numbers(plain: Sequence[str]) -> Iterator[str]:
    """Which pages are gone, too many or out of place, by the numbers at their feet."""
    feet = [_NUMBERED.findall(page) for page in plain]
    numbers = [int(found[-1][0]) for found in feet if found]
    sizes = {int(found[-1][1]) for found in feet if found}
    if bare := [str(place) for place, found in enumerate(feet, start=1) if not found]:
        yield f"{_pages(bare, 'of the file has', 'of the file have')} no number at the foot"
    if len(sizes) > 1:
        yield f"its pages are of papers with {join_words([str(size) for size in sorted(sizes)])} pages"
        return
    missing = [str(number) for number in range(1, max(sizes, default=0) + 1) if number not in numbers]
    if missing:
        yield f"of its {max(sizes)} pages {join_words(missing)} {'is' if len(missing) == 1 else 'are'} missing"
    if repeated := [str(number) for number in dict.fromkeys(numbers) if numbers.count(number) > 1]:
        yield f"{_pages(repeated, 'is', 'are')} in it more than once"
    elif numbers != sorted(numbers):
        yield "its pages stand in another order"


def _seals(sheet: ScoredAssessment, pages: Sequence[str], plain: Sequence[str]) -> Iterator[str]:
    """The seal's code, which every page carries at its foot, and the digest; `plain` are the pages squashed."""
    seal, text = sheet.seal, "\n".join(pages)
    if seal is None:
        return
    if seal.code not in text:
        others = _CODE.findall(text)
        printed = f"the pages carry the seal {others[0]}" if others else "the pages carry no seal"
        yield f"{printed}, and the embedded document has {seal.code}"
    elif without := [str(place) for place, page in enumerate(plain, start=1) if seal.code not in page]:
        yield f"{_pages(without, 'of the file does', 'of the file do')}n't carry the seal {seal.code}"
    digests = set(_DIGEST.findall(text))
    if digests != {seal.sha256}:
        yield "the SHA-256 on the pages isn't that of the embedded document"


def _pages(numbers: Sequence[str], one: str, several: str) -> str:
    """ "page 4 is" or "pages 4 and 5 are", with what is said of one and of several."""
    return f"page {numbers[0]} {one}" if len(numbers) == 1 else f"pages {join_words(numbers)} {several}"


def _head(headline: str, text: str) -> Iterator[str]:
    if squashed(headline) not in text:
        yield "the sentence at the head isn't on the pages as the embedded answers give it"


def _table(sheet: ScoredAssessment, stories: Sequence[AreaStory], text: str) -> Iterator[str]:
    """The rows of levels, scores and answered questions on the first page, where the model's areas take one row."""
    columns = list(reversed(stories))
    heading = "".join(squashed(story.area.name) for story in columns)
    cell = rf"(\d+)(?:{_level_names(sheet.rubric)})|–?Notrated"
    row = re.search(rf"{re.escape(heading)}(?:Level|Claimed)((?:{cell}){{{len(columns)}}})", text)
    if row is None:
        return
    for story, found in zip(columns, re.finditer(cell, row[1]), strict=True):
        expected = f"{story.figures.level}{squashed(story.level_name)}" if story.figures.level else "Notrated"
        if found[0].lstrip("–") != expected:
            yield _level_differs(story, found[1])
    if figures := _FIGURES.search(text, row.end(), row.end() + HEAD_LENGTH):
        yield from _figures(columns, figures, text)


def _figures(columns: Sequence[AreaStory], figures: re.Match[str], text: str) -> Iterator[str]:
    for story, score in zip(columns, re.findall(r"\d\.\d|–", figures[1]), strict=False):
        if score != story.score:
            yield f"{story.area.name}: the first page says score {score}, and the embedded answers give {story.score}"
    answered = "".join(f"{story.figures.answered}of{story.figures.questions}" for story in columns)
    if not text.startswith(answered, figures.end()):
        yield "the first page says otherwise than the embedded answers how many questions are answered"


def _area(rubric: Rubric, story: AreaStory, text: str) -> Iterator[str]:
    """An area's head, its reason, and the answers to its questions."""
    summary = re.escape(squashed(story.area.summary))
    heads = re.compile(rf"{summary}(?:(?!{summary}).){{0,{HEAD_LENGTH}}}?(?:Level(\d+),[^\d]|Notrated)", re.DOTALL)
    found = list(heads.finditer(text))
    if not found:
        yield f"{story.area.name}: its level isn't found on the pages"
    for head in found:
        start = text.rindex("Level" if head[1] else "Notrated", head.start(), head.end())
        standing = squashed(story.level_text)
        if not text.startswith(standing, start):
            yield _level_differs(story, head[1])
            continue
        score = _SCORE.match(text, start + len(standing))
        if score and score[1] != story.score:
            yield f"{story.area.name}: the pages say score {score[1]}, and the embedded answers give {story.score}"
    if squashed(story.because) not in text:
        yield f"{story.area.name}: the reason for its level isn't on the pages as the embedded answers give it"
    for line in story.lines:
        yield from _answer(rubric, story, line, text)


def _answer(rubric: Rubric, story: AreaStory, line: QuestionLine, text: str) -> Iterator[str]:
    question = squashed(line.text)
    known = [squashed(answer) for answer in _possible_answers(rubric, line)]
    choices = "|".join(re.escape(answer) for answer in sorted(known, key=len, reverse=True))
    shown = [found[1] for found in re.finditer(rf"{re.escape(question)}\d{{0,2}}({choices})", text)]
    if any(answer != squashed(line.answer) for answer in shown):
        yield (
            f"{story.area.name}, question {line.number}: the pages show another answer than the embedded one,"
            f" “{line.answer}”"
        )
    elif not shown:
        yield f"{story.area.name}, question {line.number}: its answer, “{line.answer}”, isn't found on the pages"


def _possible_answers(rubric: Rubric, line: QuestionLine) -> list[str]:
    """The words of every answer."""
    choices: list[Answer] = [*(level.number for level in rubric.levels), UNKNOWN, NOT_APPLICABLE]
    return [answer_text(rubric, GivenAnswer(line.code, choice)) for choice in choices]


def _names(sheet: ScoredAssessment, text: str) -> Iterator[str]:
    for what, name in (("organization", sheet.organization), ("team", sheet.team), ("cycle", sheet.cycle)):
        if squashed(name) not in text:
            yield f"the pages don't name the {what} “{name}”, as the embedded document does: it may have a new name"


def _level_differs(story: AreaStory, printed: str | None) -> str:
    said = f"Level {printed}" if printed else "another standing"
    return f"{story.area.name}: the pages say {said}, and the embedded answers give {story.level_text}"


def _level_names(rubric: Rubric) -> str:
    return "|".join(re.escape(squashed(level.name)) for level in rubric.levels)
