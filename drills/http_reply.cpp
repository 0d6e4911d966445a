// Answers by http_parser.
#include <http_parser.h>

#include <fmt/format.h>

#include "drills/reply.hpp"

namespace firedrill::drills {
namespace {

class HttpReply final : public Reply {
 public:
  explicit HttpReply(BodyOf body) : body_{body} { begin(); }

  void begin() override {
    http_parser_init(&parser_, HTTP_RESPONSE);
    parser_.data = this;
    complete_ = more_ = false;
  }

  State take(std::string_view bytes) override {
    const std::size_t used = http_parser_execute(&parser_, &settings(), bytes.data(), bytes.size());
    if (!complete_) return HTTP_PARSER_ERRNO(&parser_) == HPE_OK ? State::part : State::broken;
    more_ = used < bytes.size();
    return State::whole;
  }

  State finish() override {
    http_parser_execute(&parser_, &settings(), nullptr, 0);
    keeps_ = false;
    return complete_ ? State::whole : State::part;
  }

  std::string error() const override {
    if (!complete_) return "other";
    return parser_.status_code < 400 ? std::string{} : fmt::format("http_{}", parser_.status_code);
  }
  bool keeps() const override { return keeps_ && !more_; }

 private:
  static const http_parser_settings& settings() {
    static const http_parser_settings made = [] {
      http_parser_settings all;
      http_parser_settings_init(&all);
      all.on_headers_complete = [](http_parser* parser) {
        return static_cast<HttpReply*>(parser->data)->body_ == BodyOf::head ? 1 : 0;
      };
      all.on_message_complete = [](http_parser* parser) {
        if (parser->status_code < 200 && parser->status_code != 101) return 0;  // the answer proper is still to come
        auto& reply = *static_cast<HttpReply*>(parser->data);
        reply.complete_ = true;
        reply.keeps_ = http_should_keep_alive(parser) != 0;
        http_parser_pause(parser, 1);
        return 0;
      };
      return all;
    }();
    return made;
  }

  BodyOf body_;
  http_parser parser_{};
  bool complete_ = false, keeps_ = false;
  bool more_ = false;  // came behind it, which nobody asked for
};

}  // namespace

std::unique_ptr<Reply> http_reply(BodyOf body) { return std::make_unique<HttpReply>(body); }

}  // namespace firedrill::drills
