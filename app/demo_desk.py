"""A believable state of the editor desk: `carelight demo editor`. The steps are real; articles and people are made up.

Each step goes through the same transactions as at the desk, under the same rule of two; only the times are set back
afterwards. The articles belong to the library "demo", which patients are never answered from.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from app.content.changes import Impact
from app.content.documents import DEMO
from app.demo_articles import STORIES, Step, Story
from app.errors import NotAllowedError, SettingsError
from app.records.models import now
from app.records.publishing import FoundChanges
from app.wiring import Application
from knowledge.article import parse

_PLANNED_IN = timedelta(days=2)
_NOTHING = Impact((), 0, 0, 0, 0, (), (), ())
"""What publishing a made-up article changes for patients: they are not answered from its library."""


def make(app: Application, stories: Iterable[Story] = STORIES) -> int:
    """The made-up desk in place of an earlier one; how many articles. SettingsError in production."""
    if app.settings.mode == "production":
        raise SettingsError(
            "CARELIGHT_MODE=production serves real patients; a made-up desk is made in demo mode alone, in another data folder"
        )
    stories = tuple(stories)
    if taken := app.demo_desk.taken([story.slug for story in stories]):
        raise NotAllowedError(f"there are articles of yours called {', '.join(taken)}; nothing was made up")
    app.demo_desk.clear()
    app.demo_desk.people(at_work=True)
    try:
        for story in stories:
            _play(app, story)
    finally:
        app.demo_desk.people(at_work=False)
    return len(stories)


def _play(app: Application, story: Story) -> None:
    """Everything that happened to one article, each step at its own time."""
    for step in story.steps:
        started = now()
        _take(app, story, step)
        app.demo_desk.set_back(story.slug, started, now() - timedelta(days=step.ago))


def _take(app: Application, story: Story, step: Step) -> None:
    """One step, by the way that the desk takes."""
    slug, who = story.slug, step.who.id
    match step.verb:
        case "write":
            _write(app, story, step)
        case "hand_in":
            file = app.article_files.open(slug)
            app.submissions.submit(slug, file.draft.version if file and file.draft else 0, who, step.text)
        case "comment":
            _comment(app, slug, step)
        case "ask":
            app.submissions.ask_changes(slug, who, step.text)
        case "sign":
            file = app.article_files.open(slug)
            app.submissions.sign(slug, file.revisions[0].sha256 if file else "", who)
        case "publish":
            _gate(app, slug)
            app.publishing.publish(slug, who)
        case "plan":
            _gate(app, slug)
            app.publishing.plan(slug, who, now() + _PLANNED_IN + timedelta(days=step.ago))
        case "withdraw":
            app.publishing.withdraw(slug, who, step.text, pinned=False)


def _write(app: Application, story: Story, step: Step) -> None:
    """The first text of the article, and a sentence more each time."""
    file = app.article_files.open(story.slug)
    if file is None:
        app.drafts.create(story.slug, text_of(story, step.text), step.who.id)
        return
    draft = app.drafts.begin(story.slug, step.who.id)
    app.drafts.save(story.slug, draft.text.replace(story.words, f"{story.words} {step.text}"), draft.version, step.who.id)


def _comment(app: Application, slug: str, step: Step) -> None:
    """A remark on the first sentence of the newest revision."""
    file = app.article_files.open(slug)
    if file is None:
        raise NotAllowedError(f"there is no article called {slug}")
    body = parse(file.revisions[0].text, slug).body
    start = body.index("\n\n") + 2
    app.submissions.comment(slug, file.revisions[0].number, (start, body.index(".", start) + 1), step.text, step.who.id)


def _gate(app: Application, slug: str) -> None:
    file = app.article_files.open(slug)
    number = file.revisions[0].number if file else 0
    served = app.library.snapshot().version
    result = _NOTHING.as_json()
    app.publishing.keep_gate(slug, number, FoundChanges(served, _NOTHING.fingerprint, blocks=False, changes=0, result=result))


def text_of(story: Story, more: str = "") -> str:
    """The file of a made-up article: marked as such in its first line, its library and its licence."""
    today = datetime.now(UTC).date()
    topic = story.title.removeprefix("Demo: ")
    return f"""---
title: "{story.title}"
slug: {story.slug}
kind: {story.kind}
language: en
audience: [adult]
synonyms: []
summary: A made-up article that shows the editor desk. It is not for patients.
codes: {{}}
sources:
  - organisation: Demo
    title: No source, this article is made up
    url: urn:carelight:demo
    seen: null
licence: not for use
created: {today}
source_checked: {{date: {today}, how: made up}}
clinical_review: null
next_review: {today + timedelta(days=365)}
provenance: {{library: {DEMO}, item: {story.slug}, revision: "1"}}
---

## Overview

{f"{story.words} {more}".strip()} This article is made up, to show the editor desk.

## Self-care

Most people with {topic} need no treatment.

## When to get help

Make an appointment if {topic} does not get better.
"""
