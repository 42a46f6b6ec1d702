"""Numbers people state, in one unit each, and numbers that only look like readings."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails.facts import measures, meets
from guardrails.text import fold


def read(text: str, name: str) -> list[float]:
    """The values called `name` in `text`, rounded to one decimal."""
    return sorted({round(item.value, 1) for item in measures(fold(text)) if item.name == name})


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("Her temperature is 39.5", "temperature_c", 39.5),
        ("temp 39,5", "temperature_c", 39.5),
        ("temp of 102", "temperature_c", 38.9),
        ("100.4 F", "temperature_c", 38.0),
        ("38 degrees C", "temperature_c", 38.0),
        ("Tiene fiebre de 40", "temperature_c", 40.0),
        ("temp 40 2 days ago", "temperature_c", 40.0),
        ("SpO2 86%", "spo2", 86),
        ("my oxygen is down to 85", "spo2", 85),
        ("sats are 88", "spo2", 88),
        ("BP 190/110", "systolic", 190),
        ("blood pressure is 185 over 120", "systolic", 185),
        ("heart rate 150", "heart_rate", 150),
        ("my heart is going at 180", "heart_rate", 180),
        ("breathing 50 times a minute", "breaths", 50),
        ("60 breaths a minute", "breaths", 60),
        ("blood sugar 54 mg/dl", "glucose_mmol", 3.0),
        ("sugar of 2.8", "glucose_mmol", 2.8),
        ("glucose is 450", "glucose_mmol", 25.0),
        ("glucose is 36", "glucose_mmol", 2.0),
        ("glucose is 33", "glucose_mmol", 33),
        ("31 mmol", "glucose_mmol", 31),
        ("meter says 1000", "glucose_mmol", 55.6),
        ("my 6-month-old", "age_months", 6),
        ("she is 3 years old", "age_months", 36),
        ("baby is 8 weeks", "age_months", 1.8),
        ("he's 3 weeks and hot", "age_months", 0.7),
        ("14 yo", "age_months", 168),
        ("6 m/o", "age_months", 6),
        ("mi bebe tiene 2 months", "age_months", 2),
        ("2 day old", "age_months", 0.1),
        ("our newborn", "age_months", 0.5),
        ("tiene 38 y medio de fiebre", "temperature_c", 38.5),
        ("Traía 39.2 de calentura", "temperature_c", 39.2),
        ("el termómetro marca 38 con 7", "temperature_c", 38.7),
        ("la niña está con 40 grados", "temperature_c", 40.0),
        ("temperatura 38,4", "temperature_c", 38.4),
        ("me está saturando 87", "spo2", 87),
        ("el oxímetro le marca 84", "spo2", 84),
        ("trae 89 de saturación", "spo2", 89),
        ("oxigenación en 90", "spo2", 90),
        ("la presión la tengo en 210/120", "systolic", 210),
        ("presión 18 con 11", "systolic", 180),
        ("la tensión a 190 sobre 105", "systolic", 190),
        ("mi presión llegó a 220", "systolic", 220),
        ("azúcar 480", "glucose_mmol", 26.7),
        ("la glucemia me salió en 52", "glucose_mmol", 2.9),
        ("el pulso a 165", "heart_rate", 165),
        ("tengo 140 latidos por minuto", "heart_rate", 140),
        ("62 respiraciones por minuto", "breaths", 62),
        ("mi bebé de 2 meses", "age_months", 2),
        ("mi bebé de dos semanas", "age_months", 0.5),
        ("el niño tiene 5 días", "age_months", 0.2),
        ("tiene 3 meses de nacida", "age_months", 3),
        ("mi hija de 4 años", "age_months", 48),
        ("Tiene apenas 6 semanas y arde", "age_months", 1.4),
        ("nació hace 10 días", "age_months", 0.3),
        ("una recién nacida", "age_months", 0.5),
    ],
)
def test_a_stated_number_is_read_in_its_canonical_unit(text: str, name: str, value: float) -> None:
    """102 is a fever and 39 is a fever: a rule compares one unit, whatever the patient's thermometer shows."""
    assert read(text, name) == [value]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a fever, I am 40 years old", "temperature_c"),
        ("fever at 38 weeks", "temperature_c"),
        ("fever for 3 days", "temperature_c"),
        ("temp is 60", "temperature_c"),
        ("I weigh 39 kg", "temperature_c"),
        ("she is 8 weeks pregnant", "age_months"),
        ("he has 3 days of fever", "age_months"),
        ("she is 3 weeks post op", "age_months"),
        ("two weeks on holiday", "age_months"),
        ("open 24/7", "systolic"),
        ("pain is 8/10", "systolic"),
        ("oxygen 5 litres", "spo2"),
        ("pulse for 5 minutes", "heart_rate"),
        ("no numbers here", "glucose_mmol"),
        ("thermometer says 36.1", "glucose_mmol"),
        ("my lithium level was 0.7 mmol/L", "glucose_mmol"),
        ("potassium 3.4 mmol", "glucose_mmol"),
        ("fiebre desde hace 38 horas", "temperature_c"),
        ("afuera hace 40 grados", "temperature_c"),
        ("tengo azúcar desde hace 12 años", "glucose_mmol"),
        ("me mido el azúcar 2 veces al día", "glucose_mmol"),
        ("oxígeno por 60 minutos", "spo2"),
        ("oxígeno bien y 72 de pulso", "spo2"),
        ("losartán para la presión, 200 mg", "systolic"),
        ("mi bebé tiene 3 días con fiebre", "age_months"),
        ("mi hija tiene 8 semanas de embarazo", "age_months"),
        ("hace dos semanas fui a la playa", "age_months"),
    ],
)
def test_a_number_that_is_no_reading_is_not_taken_for_one(text: str, name: str) -> None:
    """An age read as a fever, or a pregnancy read as a newborn's age, calls an ambulance for nobody."""
    assert read(text, name) == []


@given(st.integers(min_value=95, max_value=112))
@settings(max_examples=20, deadline=None)
def test_a_temperature_means_the_same_in_both_scales(fahrenheit: int) -> None:
    """People leave the unit out; the range tells it, and must tell the same as the letter would."""
    celsius = f"{(fahrenheit - 32) * 5 / 9:.2f}"
    assert (
        read(f"temp {fahrenheit}", "temperature_c")
        == read(f"temp {fahrenheit} F", "temperature_c")
        == read(f"temp {celsius} C", "temperature_c")
    )


@pytest.mark.parametrize(
    ("operator", "limit", "met"),
    [("<", 39.0, False), ("<=", 39.0, True), (">", 39.0, False), (">=", 39.0, True), ("<", 39.1, True), (">", 38.9, True)],
)
def test_a_limit_is_met_on_the_right_side_of_its_edge(operator: str, limit: float, met: bool) -> None:
    """A guideline that says "39 or more" includes 39."""
    found = meets(measures("temp 39"), "temperature_c", operator, limit)
    assert (found is not None) == met


def test_a_limit_is_met_by_any_of_several_readings_of_its_own_name() -> None:
    """The second reading may be the bad one, and a pulse of 40 is no temperature."""
    found = meets(measures("temp 37, then temp 40, pulse 60"), "temperature_c", ">=", 39)
    assert found is not None
    assert found.value == 40


def test_the_place_of_a_reading_holds_its_words() -> None:
    """The care team sees the very words; offsets that miss by one show half a number."""
    text = "Since noon: temp 39.5 C, shaking"
    [found] = {item for item in measures(fold(text)) if text[item.start : item.end].startswith("temp")}
    assert text[found.start : found.end] == "temp 39.5 C"


@pytest.mark.parametrize("unit", ["temp", "breath", "respirat", "temp a ", "o2 ", "1", "he is 1 ", "sugar ", "a ", " ", "-", "heart "])
def test_hostile_text_of_fifty_thousand_characters_is_measured_in_bounded_time(unit: str) -> None:
    """A word repeated without a space made the search quadratic; the rules have one second."""
    text = (unit * 50_000)[:50_000]
    started = time.perf_counter()
    measures(text)
    assert time.perf_counter() - started < 3.0
