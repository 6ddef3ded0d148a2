#pragma once

// Writes generated roots as readable, byte-stable .tf.json, split by concern.

#include "terraform/unit.h"

namespace agentops::tf {

/// Where `${` and `%{` are live in .tf.json (reference: Terraform 1.11.4, tried position by
/// position): arguments and map keys of resource, data, module, locals, output, provider bodies.
/// They are escaped there (`$${`, `%%{`; a bare carriage return as `${"\r"}`, without which the
/// scanner misreads what follows); backend, source, version, variable blocks are literal.
std::string escape_template(std::string_view text);

/// The JSON of a value in a live position: text escaped, Expr as "${...}", Concat joined.
Json to_tf_json(const Value& value);

/// An expression in Terraform's native syntax, for use inside Expr (jsonencode arguments and such).
std::string to_hcl(const Value& value);

/// How generated resources read an input: `local.NAME`, which write_root binds to the variable and
/// write_preview to a typed unknown. (A secret is read as `var.NAME`.)
Expr input_expr(const Input& input);

/// The files of a root, sorted by name: terraform.tf.json (versions, backend), providers.tf.json,
/// variables.tf.json (inputs, secrets, and a local per input), outputs.tf.json, one
/// <component>.tf.json per component ("main" when a resource has none). A file without content is
/// not there. One value per line; every file starts with a "//" comment that says it is generated
/// and from what: `banner` is that comment's text.
/// Throws InternalError when two blocks share an address.
std::vector<Artifact> write_root(const Root& root, std::string_view banner);

/// As write_root, but the variables named in `unknown` give way to typed unknowns, so that a stack
/// whose upstream was never applied can be previewed. Only variables.tf.json differs.
std::vector<Artifact> write_preview(const Root& root, std::string_view banner,
                                    const std::set<std::string>& unknown);

/// Resource addresses that write_preview added; reviews pass over them.
bool is_preview_helper(std::string_view address);

}  // namespace agentops::tf
