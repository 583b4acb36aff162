"""Forms: label, hint, error and control belong together; the summary leads to each field."""

from django import forms
from django.template import Context, Template

from apps.core.errors import Invalid
from apps.web.errors import add_to_form
from apps.web.fields import problems, render_field


class Proposal(forms.Form):
    title = forms.CharField(help_text="In one line.", widget=forms.TextInput(attrs={"placeholder": "Title"}))
    ends = forms.IntegerField(label="Window ends")
    decision = forms.ChoiceField(choices=[("a", "Approve"), ("r", "Reject")], widget=forms.RadioSelect)
    sure = forms.BooleanField(label="I have read the plan")


def test_field_without_errors_ties_hint_to_control() -> None:
    shown = render_field(Proposal()["title"])
    assert '<label for="id_title">Title</label>' in shown
    assert 'id="id_title-hint"' in shown
    assert 'aria-describedby="id_title-hint"' in shown
    assert 'class="form-control"' in shown
    assert "placeholder" not in shown
    assert "style=" not in shown


def test_field_with_an_error_says_it_at_the_field() -> None:
    shown = render_field(Proposal({"title": "x", "ends": "soon"})["ends"])
    assert 'class="field error"' in shown
    assert 'aria-invalid="true"' in shown
    assert 'aria-describedby="id_ends-error"' in shown
    assert "Enter a whole number" in shown


def test_radio_buttons_become_a_fieldset_with_a_legend() -> None:
    shown = render_field(Proposal()["decision"])
    assert "<legend>Decision</legend>" in shown
    assert shown.count('type="radio"') == 2
    assert '<label class="check" for="id_decision_0">' in shown


def test_error_summary_names_missing_fields_and_leads_to_them() -> None:
    found = [(problem.text, problem.target) for problem in problems([Proposal({})])]
    assert found == [
        ("Title is missing", "id_title"),
        ("Window ends is missing", "id_ends"),
        ("Decision is missing", "id_decision_0"),
        ("Tick “I have read the plan”", "id_sure"),
    ]


def test_error_summary_of_an_unbound_form_is_nothing() -> None:
    shown = Template("{% load portal %}{% error_summary form %}").render(Context({"form": Proposal()}))
    assert "There is a problem" not in shown


def test_error_summary_of_formset_holds_every_form() -> None:
    formset_class = forms.formset_factory(Proposal, extra=0)
    data = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-title": "x"}
    assert any(problem.target == "id_form-0-ends" for problem in problems([formset_class(data), None]))


def test_invalid_input_of_a_service_lands_at_its_field() -> None:
    form = Proposal({"title": "x", "ends": "1", "decision": "a", "sure": "on"})
    add_to_form(form, Invalid({"ends": ["The window must end after it starts."], "else": ["Not that."]}))
    assert form.errors["ends"] == ["The window must end after it starts."]
    assert form.non_field_errors() == ["Not that."]
