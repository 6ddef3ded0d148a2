#pragma once

// Writes generated roots as readable, byte-stable .tf.json, split by concern.

#include "terraform/unit.h"

namespace agentops::tf {

/// Where `${` and `%{` are live in .tf.json (reference: Terraform 1.11.4, tried position by
/// position): arguments and map keys of resource, data, module, locals, output, provider bodies.
/// They are escaped there (`$${`, `%%{`); backend, source, version, variable blocks are literal.
std::string escape_template(std::string_view text);

/// The JSON of a value in a live position: text escaped, Expr as "${...}", Concat joined.
Json to_tf_json(const Value& value);

/// An expression in Terraform's native syntax, for use inside Expr (jsonencode arguments and such).
std::string to_hcl(const Value& value);

/// The files of a root, sorted by name: terraform.tf.json (versions, backend), providers.tf.json,
/// variables.tf.json, outputs.tf.json, one <component>.tf.json per component. One value per line;
/// every file starts with a "//" comment that says it is generated and from what.
/// `banner` is that comment's text.
std::vector<Artifact> write_root(const Root& root, std::string_view banner);

/// As write_root, but each input's variable is replaced by a typed unknown, so that a stack whose
/// upstream was never applied can be previewed. `unknown` lists the variables to replace.
std::vector<Artifact> write_preview(const Root& root, std::string_view banner,
                                    const std::set<std::string>& unknown);

/// Resource addresses that write_preview added; reviews pass over them.
bool is_preview_helper(std::string_view address);

}  // namespace agentops::tf
