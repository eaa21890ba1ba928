use super::*;

#[track_caller]
fn expect_template(text: &str, expected: &[Expected]) {
    expect("app/templates/card.html", text, expected);
}

#[test]
fn named_like_the_model() {
    let cases = [
        "{{ customer.phone }}",
        "{{ customer['phone'] }}",
        "{{ customer|attr('phone')|upper }}",
        "{% for c in customers %}{{ c.phone }}{% endfor %}",
        "{% for c in customers|sort(attribute='name') if c.phone %}{{ c.name }}{% endfor %}",
        "{{ customers|map(attribute='phone')|join(', ') }}",
        "{{ order.customer.phone }}",
        "{% set c = customer %}{% if c.phone is not none %}-{% endif %}",
        "{% with c = customer %}{{ c.phone }}{% endwith %}",
        "{%- trans %}{%- endtrans %}{{- _('to') ~ customer.phone -}}",
        "{{ broken ! tag }}{{ customer.phone }}",
        "{{ link(to=customer.phone) }}",
        "{{ row.customer.phone }}",
    ];
    for case in cases {
        expect_template(case, &[(1, Template, Likely)]);
    }
}

#[test]
fn unknown_variables() {
    expect_template("<p>\n  {{ item['fax'] }}\n", &[(2, Template, Possible)]);
    expect_template("{{ item.phone }}", &[]);
}

#[test]
fn no_false_alarms() {
    let cases = [
        "{# {{ customer.fax }} #}",
        "{% raw %}{{ customer.fax }}{% endraw %}",
        "<a class=\"customer.fax\">fax</a>",
        "{{ supplier.phone }}",
        "{{ 'customer.fax' }}",
        "{{ fax }}",
        "{% for s in suppliers %}{{ s.phone }}{% endfor %}",
        "{{ order.fax }}",
    ];
    for case in cases {
        expect_template(case, &[]);
    }
}

#[test]
fn what_python_hands_over() {
    let view = "from flask import render_template
from app.models import Customer, Supplier
def card(pk):
    x = session.get(Customer, pk)
    return render_template('parts/card.html', x=x, customers=session.query(Supplier).all())
";
    let template = "{{ x.phone }}\n{% for c in customers %}{{ c.phone }}{% endfor %}\n";
    let sources = [
        source("app/models/shop.py", MODELS),
        source("app/view.py", view),
        source("app/templates/parts/card.html", template),
        source("app/templates/card.html", "{{ x.phone }}"),
    ];
    let found = find(&base(), &[dropped("customer", "phone")], &sources);
    let places: Vec<_> = found.iter().map(|u| (u.path.as_str(), u.line, u.column, u.kind, u.confidence)).collect();
    assert_eq!(places, [("app/templates/parts/card.html", 1, 6, Template, Certain)]);
}
