// The proxies that are open and the faults that somebody has put on them by hand: what every face of the control port
// shows and changes.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/events.hpp"
#include "control/toxic.hpp"
#include "control/upstreams.hpp"
#include "faults/plan.hpp"
#include "proxy/engine.hpp"

namespace firedrill::control {

using faults::Duration;
using WallTime = std::chrono::system_clock::time_point;

/// One that is wanted: its table holds kind, settings and scopes, as in a drill file.
struct NewFault {
  std::string name;
  faults::Value table;
  std::optional<Duration> ttl;  // none: until it is removed
  std::string by;
  std::optional<Toxic> toxic{};  // what it was given as, if it was
  std::string held_by{};         // who renews it for as long as it is to last, if somebody does
};

struct HandFault {
  std::shared_ptr<const faults::Fault> fault;
  faults::Value table;  // as given
  std::optional<Duration> ttl;
  WallTime since, until;       // until: of no meaning without a ttl
  std::string by;              // who touched it last
  std::optional<Toxic> toxic;  // what it was last given as; the table says what it is
  std::string run{};           // of a run: its id. Then only the run changes it
  std::string held_by{};       // as in NewFault
};

struct NewProxy {
  std::string name;
  proxy::Endpoint listen, upstream;
  Duration connect_timeout = std::chrono::seconds{5};
  bool enabled = true;
};

struct ProxyView {
  NewProxy spec;
  proxy::Endpoint address;        // listened on, with the port that the kernel chose; before that, as asked for
  std::vector<HandFault> faults;  // by hand
  std::vector<HandFault> played;  // by runs
  std::uint64_t opening = 0;      // another number each time that it is opened, with counters that begin anew

  std::vector<HandFault> all() const;
};

/// What stands instead of the present; what is empty stays.
struct ProxyChange {
  std::optional<proxy::Endpoint> listen, upstream;
  std::optional<Duration> connect_timeout;
  std::optional<bool> enabled;
};
/// The same, made from what it is; called with locks held.
using ProxyRemade = std::function<ProxyChange(const ProxyView&)>;

struct Halt {
  std::string reason, by;
  WallTime since;
};

/// Any thread. Looking never waits for a change, and changes to one proxy that come at once go together. A change is in
/// force on every link, new or old, when the call returns. Throws Refusal for what cannot be done as things stand (404,
/// 409, 423 while halted, 503 when a worker does not answer), faults::PlanError for settings that are wrong; then
/// nothing has changed, but for 503: what a worker has not confirmed it takes when it wakes up.
class Registry {
 public:
  struct Options {
    unsigned workers = 0;  // 0: one per core
    faults::Seed seed;
    Upstreams upstreams{};
  };
  static constexpr std::size_t most_proxies = 1000, most_faults = 100;

  explicit Registry(Options options);
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  /// All of it or nothing: no connection comes before its faults are in force.
  ProxyView create(const NewProxy& wanted, const std::vector<NewFault>& faults = {}, const std::string& by = "");
  /// Throws as create() does, as far as it can be known without opening anything. An upstream with port 0 is not known
  /// yet.
  void foresee(const NewProxy& wanted) const;
  static void foresee_listening(const proxy::Endpoint& listen);
  /// The same for a change.
  void foresee(const std::string& proxy, const ProxyChange& change) const;
  /// Another address or upstream ends the links it has; the faults stay. Disabled: nobody listens, every link ended.
  /// Where it cannot listen is found out before anything ends.
  ProxyView change(const std::string& proxy, const ProxyChange& change, const std::string& by = "");
  ProxyView change(const std::string& proxy, const ProxyRemade& remade, const std::string& by = "");
  /// Its links have `grace` to end, in which nobody else waits for it; the last counters.
  proxy::Counters remove(const std::string& proxy, const std::string& by = "", Duration grace = Duration::zero());
  std::vector<ProxyView> list() const;
  struct Census {
    std::size_t proxies = 0, faults = 0;  // in force
  };
  Census census() const;
  ProxyView find(const std::string& proxy) const;

  /// 409 when there is one of that name.
  HandFault add_fault(const std::string& proxy, const NewFault& wanted);
  /// Adds it, or gives the one of that name other settings and time; its counts, age and draws go on, unless it becomes
  /// one of another kind. Other scopes decide anew about every link. `created`: which.
  HandFault put_fault(const std::string& proxy, const NewFault& wanted, bool* created = nullptr);
  /// The same for one that is there, made from what it is. `remade` may be called with locks held.
  HandFault change_fault(const std::string& proxy, const std::string& fault,
                         const std::function<NewFault(const HandFault&)>& remade);
  void remove_fault(const std::string& proxy, const std::string& fault, const std::string& by = "");
  /// What a run has in force on a proxy from now on, instead of what it had there; the proxy's other faults stay. 409
  /// when one of them has such a name. None: the run is done with it. Not refused while halted: what a run puts in
  /// force then is little, for it is being aborted. `tables`: of its faults, by name, to be shown.
  using Tables = std::map<std::string, faults::Value, std::less<>>;
  void play(const std::string& proxy, const std::string& run,
            const std::vector<std::shared_ptr<const faults::Fault>>& faults, const Tables& tables);
  /// Every fault of one proxy, or of all, or those that `which` picks; how many there were.
  using Which = std::function<bool(const HandFault&)>;
  std::size_t heal(const std::optional<std::string>& proxy = std::nullopt, const std::string& by = "",
                   const Which& which = nullptr);

  /// Heals everything and refuses faults until released.
  void halt(const std::string& reason, const std::string& by);
  bool release(const std::string& by = "");
  std::optional<Halt> halted() const;

  /// Since it was last enabled or moved; nothing while nobody listens.
  std::optional<proxy::Counters> counters(const std::string& proxy);
  std::vector<proxy::LinkView> links(const std::string& proxy);
  bool end_link(const std::string& proxy, std::uint64_t link, faults::Ending how);
  /// The end of it: from now on nothing is opened (503). Ends every link at the latest after `grace`.
  void close(Duration grace);
  faults::Seed seed() const { return options_.seed; }
  const Upstreams& upstreams() const { return options_.upstreams; }

  Events& events() { return events_; }
  /// Faults that have expired since the last call become events.
  void tell_of_expired();

 private:
  /// Where those wait whose changes are to be in force: one tells the engine of all that there are by then, and who
  /// finds its own among them is done, whoever else comes in between.
  struct Told {
    std::mutex mutex;  // taken last; guards the rest
    std::condition_variable changed;
    bool busy = false;
    std::uint64_t version = 0;      // that the engine has
    std::uint64_t unconfirmed = 0;  // that it was told of last when a worker did not answer
    std::uint64_t failures = 0;     // how often that was so
    std::string why;
  };
  struct Entry {
    explicit Entry(NewProxy s) : spec{std::move(s)} {}
    // Taken in this order, and before mutex_. changing: from looking at what there is to saying what shall be.
    // telling: while the engine is told.
    std::mutex changing, telling;
    // Guarded by mutex_; written by whoever holds `changing`, who may read them without. Spec, bound and gone are
    // written with `telling` held as well.
    NewProxy spec;
    std::optional<proxy::Endpoint> bound;  // listened on since `listen` was last changed
    std::vector<HandFault> faults, played;
    std::uint64_t version = 0;  // of both
    std::uint64_t opening = 0;
    bool gone = false;  // links may still be ending: the name is free when it leaves `entries_`
    Told told;
  };
  using Changing = std::unique_lock<std::mutex>;
  using Entries = std::map<std::string, std::shared_ptr<Entry>, std::less<>>;

  std::shared_ptr<Entry> at(const std::string& proxy) const;
  /// With its `changing` held; 404 when it has gone meanwhile.
  std::pair<std::shared_ptr<Entry>, Changing> hold(const std::string& proxy) const;
  ProxyView view(const Entry& entry) const;
  void judge(const proxy::Endpoint& upstream) const;
  void refuse_while_halted() const;
  void judge_move(const Entry& entry, const NewProxy& after) const;
  HandFault put(Entry& entry, Changing changing, std::vector<HandFault> faults, const NewFault& wanted);
  void open(Entry& entry);
  void set_faults(Entry& entry, Changing changing, std::vector<HandFault> faults);
  void tell(Entry& entry, std::uint64_t version);
  void tell_all(Entry& entry);
  faults::Plan plan_of(const Entry& entry) const;
  void tell_of(std::string_view what, const std::string& proxy, const std::string& by,
               const Json& more = Json::object());

  const Options options_;
  mutable std::mutex mutex_;  // never held while the engine is told
  Entries entries_;
  std::optional<Halt> halt_;
  bool closing_ = false;
  std::uint64_t openings_ = 0;
  Events events_;
  proxy::Engine engine_;
};

}  // namespace firedrill::control
