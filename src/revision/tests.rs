use super::*;

/// A revision's file: what it builds on as Python, and the bodies of both functions.
fn file(id: &str, down: &str, upgrade: &str, downgrade: &str) -> RevisionFile {
    let text = format!(
        "\"\"\"Message.\n\nCreate Date: today\n\"\"\"\nfrom alembic import op\nimport sqlalchemy as sa\n\nrevision = \"{id}\"\ndown_revision = {down}\n\n\ndef upgrade():\n    {upgrade}\n\n\ndef downgrade():\n    {downgrade}\n"
    );
    RevisionFile { path: format!("migrations/versions/{id}.py"), text }
}

/// A revision that is right in itself.
fn step(id: &str, down: &str) -> RevisionFile {
    file(id, down, "op.create_table(\"t\")", "op.drop_table(\"t\")")
}

fn histories(base: &[RevisionFile], tip: &[RevisionFile], head: &[RevisionFile]) -> Histories {
    Histories {
        base: base.to_vec(),
        tip: tip.to_vec(),
        head: head.to_vec(),
        base_name: "main".to_owned(),
        merge_command: "flask db merge heads".to_owned(),
    }
}

/// Rule, line and advice of each finding.
fn found(
    base: &[RevisionFile],
    tip: &[RevisionFile],
    head: &[RevisionFile],
) -> Vec<(&'static str, Option<u32>, String)> {
    check(&histories(base, tip, head)).into_iter().map(|f| (f.rule, f.line, f.advice)).collect()
}

/// The rules that two functions of one new revision raise, each with its line.
fn of_bodies(upgrade: &str, downgrade: &str) -> Vec<(&'static str, Option<u32>)> {
    let base = [step("a", "None")];
    let head = [base[0].clone(), file("b", "\"a\"", upgrade, downgrade)];
    check(&histories(&base, &base, &head)).into_iter().map(|f| (f.rule, f.line)).collect()
}

#[test]
fn a_line_of_revisions_is_right() {
    let base = [step("a", "None"), step("b", "\"a\"")];
    let head = [base[0].clone(), base[1].clone(), step("c", "\"b\"")];
    assert_eq!(found(&base, &base, &head), []);
    assert_eq!(found(&[], &[], &base), []);
}

#[test]
fn several_heads() {
    let base = [step("a", "None")];
    let head = [base[0].clone(), step("b", "\"a\""), step("c", "\"a\"")];
    let findings = check(&histories(&base, &base, &head));
    assert_eq!(findings.len(), 1);
    assert_eq!((findings[0].rule, findings[0].severity), ("several-heads", Severity::Breaking));
    assert_eq!(
        findings[0].message,
        "the history has 2 heads: b (migrations/versions/b.py), c (migrations/versions/c.py)"
    );
    assert_eq!(findings[0].advice, "Merge them with flask db merge heads and commit the new file.");
    let merged = [head[0].clone(), head[1].clone(), head[2].clone(), file("d", "(\"b\", \"c\")", "pass", "pass")];
    assert_eq!(found(&base, &base, &merged), []);
}

#[test]
fn the_base_branch_has_gone_on() {
    let base = [step("a", "None")];
    let tip = [base[0].clone(), step("b", "\"a\""), step("c", "\"b\"")];
    let head = [base[0].clone(), step("x", "\"a\""), step("y", "\"x\"")];
    let advice = "In migrations/versions/x.py:9 write down_revision = \"c\" in place of \"a\": c is the head of main.";
    assert_eq!(found(&base, &tip, &head), [("behind-base", Some(9), advice.to_owned())]);
    // Rebased, with the line left as it was.
    let rebased = [tip[0].clone(), tip[1].clone(), tip[2].clone(), step("x", "\"a\"")];
    assert_eq!(found(&tip, &tip, &rebased), [("behind-base", Some(9), advice.to_owned())]);
    let corrected = [tip[0].clone(), tip[1].clone(), tip[2].clone(), step("x", "\"c\"")];
    assert_eq!(found(&tip, &tip, &corrected), []);
}

#[test]
fn a_parent_that_is_gone() {
    let base = [step("a", "None"), step("b", "\"a\"")];
    let head = [base[0].clone(), base[1].clone(), step("x", "\"lost\"")];
    let advice =
        "In migrations/versions/x.py:9 write down_revision = \"b\" in place of \"lost\": b is the head of main.";
    assert_eq!(found(&base, &base, &head), [("missing-parent", Some(9), advice.to_owned())]);
}

#[test]
fn an_id_that_is_taken_twice() {
    let base = [step("a", "None")];
    let mut copy = step("a", "None");
    copy.path = "migrations/versions/copy.py".to_owned();
    let rules: Vec<_> = found(&base, &base, &[base[0].clone(), copy]).into_iter().map(|f| (f.0, f.1)).collect();
    assert_eq!(rules, [("duplicate-revision", Some(8))]);
}

#[test]
fn an_applied_revision_is_edited() {
    let base = [file("a", "None", "op.add_column(\"t\", sa.Column(\"x\"))", "op.drop_column('t', 'x')")];
    let edited = file("a", "None", "op.add_column(\"t\", sa.Column(\"y\"))", "op.drop_column('t', 'x')");
    let rules = |head: &RevisionFile| -> Vec<_> {
        found(&base, &base, std::slice::from_ref(head)).into_iter().map(|f| (f.0, f.1)).collect()
    };
    assert_eq!(rules(&edited), [("edited-revision", Some(13))]);
    let mut laid_out = base[0].clone();
    laid_out.text = laid_out
        .text
        .replace("Message.", "Another message.")
        .replace("op.add_column(\"t\", sa", "op.add_column(  # why\n        't',\n        sa")
        .replace("(\"x\"))", "('x',),\n    )");
    assert_ne!(laid_out, base[0]);
    assert_eq!(rules(&laid_out), []);
    assert_eq!(found(&base, &base, &[]).first().map(|f| f.0), Some("removed-revision"));
}

#[test]
fn ways_down() {
    let up = "op.drop_column(\"t\", \"x\")";
    assert_eq!(of_bodies(up, "pass"), [("empty-downgrade", Some(16))]);
    assert_eq!(of_bodies(up, "\"\"\"Nothing.\"\"\""), [("empty-downgrade", Some(16))]);
    assert_eq!(of_bodies(up, "raise NotImplementedError"), [("downgrade-refuses", Some(17))]);
    assert_eq!(of_bodies(up, "op.add_column(\"t\", sa.Column(\"x\", sa.Text()))"), []);
    assert_eq!(of_bodies("pass", "pass"), []);
}

#[test]
fn what_a_downgrade_leaves() {
    let incomplete = [("downgrade-incomplete", Some(13))];
    let cases = [
        (
            "op.create_index(op.f(\"ix\"), \"t\", [\"x\"])",
            "op.drop_index(op.f(\"ix\"), table_name=\"t\")",
            "op.drop_index(\"iy\")",
        ),
        ("op.create_table(\"t\", sa.Column(\"x\"))", "op.drop_table(\"t\")", "op.drop_table(\"u\")"),
        ("op.add_column(\"t\", sa.Column(\"x\"))", "op.drop_column(\"t\", \"x\")", "op.drop_column(\"t\", \"y\")"),
        ("op.rename_table(\"t\", \"u\")", "op.rename_table(\"u\", \"t\")", "op.rename_table(\"v\", \"t\")"),
        (
            "op.alter_column(\"t\", \"x\", new_column_name=\"y\")",
            "op.alter_column(\"t\", \"y\", new_column_name=\"x\")",
            "op.alter_column(\"t\", \"x\", nullable=True)",
        ),
        (
            "op.create_foreign_key(\"fk\", \"t\", \"u\", [\"u_id\"], [\"id\"])",
            "op.drop_constraint(\"fk\", \"t\", type_=\"foreignkey\")",
            "op.drop_constraint(\"fl\", \"t\")",
        ),
        (
            "op.drop_constraint(\"uq\", \"t\")",
            "op.create_unique_constraint(\"uq\", \"t\", [\"x\"])",
            "op.create_index(\"uq\", \"t\")",
        ),
        (
            "with op.batch_alter_table(\"t\") as batch:\n        batch.drop_column(\"x\")",
            "op.add_column(\"t\", sa.Column(\"x\"))",
            "op.add_column(\"t\", sa.Column(\"y\"))",
        ),
    ];
    for (up, right, wrong) in cases {
        assert_eq!(of_bodies(up, right), [], "{up} / {right}");
        let line = if up.starts_with("with") { [("downgrade-incomplete", Some(14))] } else { incomplete };
        assert_eq!(of_bodies(up, wrong), line, "{up} / {wrong}");
    }
}

#[test]
fn a_downgrade_that_may_do_anything_is_believed() {
    let up = "op.drop_column(\"t\", \"x\")";
    assert_eq!(of_bodies(up, "op.execute(\"ALTER TABLE t ADD x text\")"), []);
    assert_eq!(of_bodies(up, "restore(op)"), []);
    assert_eq!(of_bodies(up, "for name in [\"x\"]:\n        op.add_column(\"t\", sa.Column(name))"), []);
}

#[test]
fn other_files_are_passed_over() {
    let env = RevisionFile { path: "migrations/env.py".to_owned(), text: "from alembic import context\n".to_owned() };
    let broken = RevisionFile { path: "migrations/versions/x.py".to_owned(), text: "revision = (\n".to_owned() };
    assert_eq!(found(&[], &[], &[env, broken]), []);
}
