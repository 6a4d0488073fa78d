"""A rubric as a JSON document: the contract of `export_rubric`, and what a sealed scorecard keeps of its rubric."""

from typing import Any

from rubric.datatypes import Area, Rubric


def rubric_to_document(rubric: Rubric) -> dict[str, Any]:
    """Plain lists, dicts, texts and whole numbers; areas from the bottom of the stack up."""
    return {
        "code": rubric.code,
        "version": rubric.version,
        "name": rubric.name,
        "source": rubric.source,
        "required_share": rubric.required_share,
        "max_shortfall": rubric.max_shortfall,
        "levels": [{"number": level.number, "name": level.name, "scope": level.scope} for level in rubric.levels],
        "areas": [_area_to_document(area) for area in rubric.areas],
    }


def _area_to_document(area: Area) -> dict[str, Any]:
    return {
        "code": area.code,
        "name": area.name,
        "position": area.position,
        "summary": area.summary,
        "descriptors": list(area.descriptors),
        "activities": list(area.activities),
        "questions": [
            {
                "code": question.code,
                "text": question.text,
                "weight": question.weight,
                "anchors": [anchor.text for anchor in question.anchors],
            }
            for question in area.questions
        ],
    }
