// JSON bodies as trees, and as settings that know where in the body they stand.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "faults/value.hpp"

namespace firedrill::control {

using Json = nlohmann::ordered_json;

/// Throws faults::PlanError: what is no JSON, or is nested more than 32 levels deep, is named with its position.
Json parse_json(std::string_view body);

/// Throws faults::PlanError for a body that nests more than 32 levels deep, before any parser sees it.
void refuse_depth(std::string_view body);
/// What the parser says, without what is for programmers only.
std::string plain(const Json::exception& error);

/// Places are JSON pointers ("/percent"). Members that are null are as if they were not there; numbers beyond what
/// settings can be stay numbers, so that they are refused by range.
faults::Value settings_of(const Json& json, const std::string& pointer = "");

/// One line, with what is not UTF-8 replaced.
std::string text_of(const Json& json);

}  // namespace firedrill::control
