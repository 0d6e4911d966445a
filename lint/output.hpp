// Findings as people, programs and code hosts read them.
#pragma once

#include <string>
#include <vector>

#include "lint/finding.hpp"

namespace firedrill::lint {

/// One finding: place, severity, id, message; the line with a caret; why it hurts, what to write instead, the drill.
/// `before`: the one that was printed before it. Why it hurts is not said twice in a row.
std::string to_text(const Finding& finding, const Finding* before = nullptr);
/// {"findings":[{"id","severity","file","line","column","message","why","fix","drill"}]}
std::string to_json(const std::vector<Finding>& findings);
/// SARIF 2.1.0, as code scanning takes it.
std::string to_sarif(const std::vector<Finding>& findings, std::string_view version);
/// Workflow commands of GitHub Actions, which become annotations.
std::string to_github(const std::vector<Finding>& findings);

}  // namespace firedrill::lint
