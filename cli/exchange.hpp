// One request to a control port and its answer, whoever's interface it is.
#pragma once

#include <string>

#include <curl/curl.h>
#include <nlohmann/json.hpp>

namespace firedrill::cli {

/// A request of `method` without a body where `body` is null. `answer` becomes what came, 64 MiB at most: more is
/// CURLE_WRITE_ERROR. Headers and limits in time are the handle's.
CURLcode exchange(CURL* easy, const std::string& method, const std::string& url, const nlohmann::ordered_json& body,
                  std::string& answer);

/// What an answer has under `key`, where its interface says that there is a text. Throws nlohmann::json::exception.
inline std::string text_at(const nlohmann::ordered_json& answer, const char* key) {
  return answer.at(key).get<std::string>();
}

}  // namespace firedrill::cli
