// libcurl's side of it.
#include "cli/exchange.hpp"

#include <cstddef>

#include "drills/curl.hpp"

namespace firedrill::cli {
namespace {

using drills::curl;

constexpr std::size_t longest_answer = std::size_t{64} << 20U;

std::size_t keep(char* bytes, std::size_t size, std::size_t count, void* into) {
  auto& answer = *static_cast<std::string*>(into);
  if (answer.size() + size * count > longest_answer) return 0;
  answer.append(bytes, size * count);
  return size * count;
}

}  // namespace

CURLcode exchange(CURL* easy, const std::string& method, const std::string& url, const nlohmann::ordered_json& body,
                  std::string& answer) {
  using Json = nlohmann::ordered_json;
  const std::string sent = body.is_null() ? "" : body.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (body.is_null()) {
    curl().easy_setopt(easy, CURLOPT_HTTPGET, 1L);
  } else {
    curl().easy_setopt(easy, CURLOPT_POST, 1L);
    curl().easy_setopt(easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(sent.size()));
    curl().easy_setopt(easy, CURLOPT_POSTFIELDS, sent.c_str());
  }
  curl().easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method.c_str());
  curl().easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl().easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);  // a proxy may be named ".."
  curl().easy_setopt(easy, CURLOPT_WRITEFUNCTION, &keep);
  curl().easy_setopt(easy, CURLOPT_WRITEDATA, &answer);
  return curl().easy_perform(easy);
}

}  // namespace firedrill::cli
