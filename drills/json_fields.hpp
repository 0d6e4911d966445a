// Fields of a JSON object that may be absent or of the wrong type: then there is no value, and never an exception.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace firedrill::drills {

using Fields = nlohmann::ordered_json;

/// The member, or a null.
const Fields& field(const Fields& object, const char* key);
/// The member when it is an array, or an empty one.
const Fields& list_of(const Fields& object, const char* key);
/// "" when there is none.
std::string text_of(const Fields& object, const char* key);
std::optional<double> number_of(const Fields& object, const char* key);
std::optional<std::uint64_t> count_of(const Fields& object, const char* key);
std::optional<std::uint64_t> as_count(const Fields& value);
std::vector<std::string> texts_of(const Fields& object, const char* key);
std::map<std::string, std::uint64_t, std::less<>> counts_of(const Fields& object, const char* key);
/// Key and value as JSON text.
std::vector<std::pair<std::string, std::string>> facts_of(const Fields& object, const char* key);

}  // namespace firedrill::drills
