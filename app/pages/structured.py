"""An article for machines that read pages: schema.org's MedicalWebPage as JSON-LD."""

import json

from markupsafe import Markup

from knowledge.library import Revision

_SYSTEMS = {"icd10": "ICD-10", "mesh": "MeSH"}
_ABOUT = {
    "medicine": "Drug",
    "test": "MedicalTest",
    "vaccine": "Drug",
    "symptom": "MedicalSignOrSymptom",
    "condition": "MedicalCondition",
    "mental_health": "MedicalCondition",
}


def json_ld(revision: Revision, address: str, clinic: str) -> Markup:
    """The script element's text; no `<` can leave it. A review date stands there only where a clinician reviewed it."""
    article = revision.article
    page: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "MedicalWebPage",
        "name": article.title,
        "url": address,
        "description": article.summary,
        "inLanguage": article.language,
        "dateCreated": article.created.isoformat(),
        "isAccessibleForFree": True,
        "license": article.licence,
        "publisher": {"@type": "MedicalOrganization", "name": clinic},
        "audience": {"@type": "PatientsAudience", "audienceType": "Patient"},
        "about": {
            "@type": _ABOUT.get(article.kind, "MedicalEntity"),
            "name": article.title,
            "code": [
                {"@type": "MedicalCode", "codeValue": code, "codingSystem": _SYSTEMS.get(system, system)}
                for system, codes in article.codes.items()
                for code in codes
            ],
        },
        "citation": [
            {
                "@type": "WebPage",
                "name": source.title,
                "url": source.url,
                "publisher": {"@type": "Organization", "name": source.organisation},
            }
            for source in article.sources
        ],
    }
    if revision.reviewed_on is not None:
        page["lastReviewed"] = revision.reviewed_on.isoformat()
    return Markup(json.dumps(page, ensure_ascii=False).replace("<", "\\u003c"))  # noqa: S704  JSON with its only dangerous sign escaped
