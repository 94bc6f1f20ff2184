#pragma once

#include "actors/error.hpp"
#include "actors/payloads.hpp"
#include "actors/peek_query.hpp"
#include "actors/report_request.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/replies_to.hpp>
#include <caf/result.hpp>
#include <caf/type_id.hpp>
#include <caf/typed_actor.hpp>

#include <cstdint>
#include <string>

// -- atoms and message types --------------------------------------------------

#define CAFQ_ADD_ATOM(name) CAF_ADD_ATOM(cafq, cafq::atom, name, #name)

CAF_BEGIN_TYPE_ID_BLOCK(cafq, caf::first_custom_type_id)

  CAFQ_ADD_ATOM(accepted)
  CAFQ_ADD_ATOM(append)
  CAFQ_ADD_ATOM(appended)
  CAFQ_ADD_ATOM(backup)
  CAFQ_ADD_ATOM(channel)
  CAFQ_ADD_ATOM(commit)
  CAFQ_ADD_ATOM(deliver)
  CAFQ_ADD_ATOM(due)
  CAFQ_ADD_ATOM(empty)
  CAFQ_ADD_ATOM(erase)
  CAFQ_ADD_ATOM(failed)
  CAFQ_ADD_ATOM(fetch)
  CAFQ_ADD_ATOM(fin)
  CAFQ_ADD_ATOM(find)
  CAFQ_ADD_ATOM(flush)
  CAFQ_ADD_ATOM(gone)
  CAFQ_ADD_ATOM(greeted)
  CAFQ_ADD_ATOM(keep)
  CAFQ_ADD_ATOM(kept)
  CAFQ_ADD_ATOM(list)
  CAFQ_ADD_ATOM(load)
  CAFQ_ADD_ATOM(lookupd)
  CAFQ_ADD_ATOM(pause)
  CAFQ_ADD_ATOM(peek)
  CAFQ_ADD_ATOM(put)
  CAFQ_ADD_ATOM(rdy)
  CAFQ_ADD_ATOM(refused)
  CAFQ_ADD_ATOM(req)
  CAFQ_ADD_ATOM(resume)
  CAFQ_ADD_ATOM(recover)
  CAFQ_ADD_ATOM(reserve)
  CAFQ_ADD_ATOM(room)
  CAFQ_ADD_ATOM(save)
  CAFQ_ADD_ATOM(sent)
  CAFQ_ADD_ATOM(shed)
  CAFQ_ADD_ATOM(stat)
  CAFQ_ADD_ATOM(stop)
  CAFQ_ADD_ATOM(sub)
  CAFQ_ADD_ATOM(tick)
  CAFQ_ADD_ATOM(topic)
  CAFQ_ADD_ATOM(touch)
  CAFQ_ADD_ATOM(turn)
  CAFQ_ADD_ATOM(vacant)
  CAFQ_ADD_ATOM(watch)

  CAF_ADD_TYPE_ID(cafq, (cafq::ec))

CAF_END_TYPE_ID_BLOCK(cafq)

#undef CAFQ_ADD_ATOM

// Messages never leave this process, so payloads travel as pointers and plain
// structs without a serialized form. What is pointed at is immutable once sent.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::actor_stat)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::append_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::appended_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::batch_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::blocks_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::bodies_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::delivery_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::due_messages_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::orders_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::peek_answer_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::peek_page_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::peek_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::queue_ids)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::queue::body_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::queue::due_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::queue::peek_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::queue::peek_rest)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::queue::read_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::lookupd_addresses)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::names_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::numbers_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::requeues_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::failures_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::recovered_topic)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::report_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::subscription)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafq::text_ptr)

// -- actor interfaces ---------------------------------------------------------

namespace cafq {

/// What all actors of the tree in /debug/actors have in common.
using stat_actor = caf::typed_actor<
  // Tells about itself.
  caf::replies_to<atom::stat>::with<actor_stat>>;

/// The TOPOLOGY actor interface: who is told what topics and channels there
/// are, in the order they come and go.
using topology_actor = caf::typed_actor<
  // There is such a topic from now on (true), or no more, nor its channels.
  caf::reacts_to<atom::topic, std::string, bool>,
  // The topic has such a channel from now on (true), or no more.
  caf::reacts_to<atom::channel, std::string, std::string, bool>>;

/// The DISCOVERY actor interface: keeps every nsqlookupd informed.
using discovery_actor = topology_actor::extend<
  // Returns the channels of this topic that other nodes registered. Answers
  // within the timeouts of the HTTP client, at once without a nsqlookupd.
  caf::replies_to<atom::find, std::string>::with<names_ptr>,
  // Returns the addresses of the nsqlookupds.
  caf::replies_to<atom::lookupd>::with<lookupd_addresses>,
  // Replaces them; those that stay keep their connections.
  caf::replies_to<atom::lookupd, lookupd_addresses>::with<lookupd_addresses>,
  // Returns the lookup peers.
  caf::replies_to<atom::list>::with<std::vector<stat_actor>>,
  // Tells about itself.
  caf::replies_to<atom::stat>::with<actor_stat>,
  // A nsqlookupd knows us from now on and wants to hear of all there is; HTTP
  // requests to it go to this address.
  caf::reacts_to<atom::greeted, topology_actor, std::string>,
  // A nsqlookupd cannot be asked any more.
  caf::reacts_to<atom::vacant, topology_actor>>;

/// The CLIENT actor interface: the half of a CONNECTION that topics and
/// channels see. It bounds its own output by reporting what left (`sent`).
using client_actor = caf::typed_actor<
  // Writes messages to the client.
  caf::reacts_to<atom::deliver, delivery_ptr>,
  // The topic took the publishes of this ticket.
  caf::reacts_to<atom::accepted, ticket>,
  // The topic did not take the publishes of this ticket, and says why.
  caf::reacts_to<atom::refused, ticket, std::string>,
  // The FIN, REQ and TOUCH of this ticket are done; those listed failed.
  caf::reacts_to<atom::failed, ticket, failures_ptr>>;

/// The OWNER actor interface: a TOPIC or CHANNEL as the STORE sees it. Only the
/// owner of a queue adds to it, reads it and reports progress on it. An answer
/// for a queue id that is not its own any more is ignored.
using owner_actor = caf::typed_actor<
  // So many messages it wanted kept are on disk.
  caf::reacts_to<atom::kept, queue_id, uint64_t>,
  // The blocks it asked for.
  caf::reacts_to<atom::load, queue_id, blocks_ptr>,
  // The deferred messages it asked for.
  caf::reacts_to<atom::due, queue_id, due_messages_ptr>,
  // The bodies it asked for.
  caf::reacts_to<atom::fetch, queue_id, bodies_ptr>,
  // The queue that it had emptied goes on under this id.
  caf::reacts_to<atom::empty, queue_id>,
  // The node needs memory: it gives up what the store may have instead.
  caf::reacts_to<atom::shed>>;

/// The APPENDER actor interface: a TOPIC as the STORE sees it.
using appender_actor = caf::typed_actor<
  // What became of appends, in the order of their ids.
  caf::reacts_to<atom::appended, appended_ptr>>;

/// The STORE actor interface. Runs on its own thread and does all reads and
/// writes of the LMDB environment; commits whatever has queued while the
/// previous commit ran. Answers to changes come when they are on disk.
using store_actor = caf::typed_actor<
  // Does what a queue wants done; answers `kept` for the messages to keep.
  caf::reacts_to<atom::keep, queue_id, orders_ptr, owner_actor>,
  // Reads blocks; answers `load`.
  caf::reacts_to<atom::load, queue_id, queue::read_request, owner_actor>,
  // Reads deferred messages; answers `due`.
  caf::reacts_to<atom::due, queue_id, queue::due_request, owner_actor>,
  // Reads bodies that the queue gave up; answers `fetch`.
  caf::reacts_to<atom::fetch, queue_id, queue::body_request, owner_actor>,
  // Returns what people see of messages that the queue does not have, or of
  // their bodies: some at a time. Nothing changes.
  caf::replies_to<atom::peek, queue_id, queue::peek_rest>::with<peek_page_ptr>,
  caf::replies_to<atom::peek, queue_id, queue::body_request>::with<bodies_ptr>,
  // Keeps messages for all channels of a topic, or for the topic itself.
  // Answers `appended` when all are on disk; if they cannot be, none is.
  caf::reacts_to<atom::append, append_ptr, appender_actor>,
  // Adds a topic, its numbers reserved up to the mark.
  caf::replies_to<atom::topic, std::string, uint64_t>::with<queue_id>,
  // Adds a channel. The first one takes over the topic's queue.
  caf::replies_to<atom::channel, std::string, std::string,
                  bool>::with<queue_ids>,
  // Moves the mark up to which a topic may number its messages.
  caf::replies_to<atom::reserve, std::string, uint64_t>::with<uint64_t>,
  // Erases a topic with its channels and all their messages.
  caf::replies_to<atom::erase, std::string>::with<atom::erase>,
  // Erases a channel and its messages.
  caf::replies_to<atom::erase, std::string, std::string>::with<atom::erase>,
  // Remembers whether a topic (empty channel name) or channel is paused.
  caf::replies_to<atom::pause, std::string, std::string,
                  bool>::with<atom::pause>,
  // Drops the messages of a topic (empty channel name) or channel. Tells the
  // owner at once which new queue it gets.
  caf::replies_to<atom::empty, std::string, std::string,
                  owner_actor>::with<atom::empty>,
  // Returns what it has of a topic that has failed; without a name if it has
  // none.
  caf::replies_to<atom::recover, std::string>::with<recovered_topic>,
  // Answers when all that was asked so far is on disk, or when the disk has
  // had no room for it for a while: the node stops.
  caf::replies_to<atom::flush>::with<atom::flush>,
  // Tells about itself.
  caf::replies_to<atom::stat>::with<actor_stat>,
  // INTERNAL: writes what is staged; at once, or behind a pause.
  caf::reacts_to<atom::commit>, caf::reacts_to<atom::commit, uint64_t>,
  // INTERNAL: looks whether the disk has room again.
  caf::reacts_to<atom::tick>>;

/// The CHANNEL actor interface. Its mailbox is bounded by the publishes its
/// TOPIC counts (`room`) and by what is in flight to its consumers.
using channel_actor = owner_actor::extend<
  // Takes one copy of published messages.
  caf::reacts_to<atom::put, batch_ptr>,
  // Takes one copy of messages that the store has in this queue already.
  caf::reacts_to<atom::put, batch_ptr, queue_id>,
  // Adds a consumer, with RDY 0; it leaves when it terminates.
  caf::replies_to<atom::sub, client_actor, subscription>::with<atom::sub>,
  // Sets how many messages may be in flight to a consumer.
  caf::reacts_to<atom::rdy, consumer_id, size_t>,
  // Finishes messages; answers `failed` if one failed or a ticket is given.
  caf::reacts_to<atom::fin, consumer_id, ticket, numbers_ptr>,
  // Requeues messages; answers as `fin` does.
  caf::reacts_to<atom::req, consumer_id, ticket, requeues_ptr>,
  // Extends the time of messages; answers as `fin` does.
  caf::reacts_to<atom::touch, consumer_id, ticket, numbers_ptr>,
  // A consumer's socket took everything up to this many bytes.
  caf::reacts_to<atom::sent, consumer_id, uint64_t>,
  // Returns some of its messages, as people see them. Nothing changes.
  caf::replies_to<atom::peek, queue::peek_request>::with<peek_answer_ptr>,
  // Stops (true) or goes on with deliveries.
  caf::replies_to<atom::pause, bool>::with<atom::pause>,
  // Discards every message, ready, in flight and deferred.
  caf::replies_to<atom::empty>::with<atom::empty>,
  // Hands all messages in memory to the store: the node stops.
  caf::replies_to<atom::save>::with<atom::save>,
  // Tells about itself.
  caf::replies_to<atom::stat>::with<actor_stat>,
  // INTERNAL: looks for overdue messages.
  caf::reacts_to<atom::tick>>;

/// The TOPIC actor interface. Publishes it has no room for wait here, bounded
/// by the byte window of each connection, for at most 5 s without progress.
using topic_actor = owner_actor::extend<
  // What became of appends, in the order of their ids.
  caf::reacts_to<atom::appended, appended_ptr>,
  // Takes published messages; answers `accepted` or `refused`.
  caf::reacts_to<atom::put, batch_ptr, client_actor, ticket>,
  // Returns the channel of this name, creating it if need be.
  caf::replies_to<atom::channel, std::string>::with<channel_actor>,
  // Returns the channel of this name or `no_such_channel`.
  caf::replies_to<atom::find, std::string>::with<channel_actor>,
  // Returns all channels.
  caf::replies_to<atom::list>::with<std::vector<channel_actor>>,
  // Deletes a channel and its messages; its consumers are disconnected.
  caf::replies_to<atom::erase, std::string>::with<atom::erase>,
  // Returns some of the messages held here, as people see them.
  caf::replies_to<atom::peek, queue::peek_request>::with<peek_answer_ptr>,
  // Keeps messages here (true) or hands them to the channels.
  caf::replies_to<atom::pause, bool>::with<atom::pause>,
  // Discards the messages held here, not those of the channels.
  caf::replies_to<atom::empty>::with<atom::empty>,
  // Hands all messages in memory to the store, those of the channels as well.
  caf::replies_to<atom::save>::with<atom::save>,
  // Tells about itself.
  caf::replies_to<atom::stat>::with<actor_stat>,
  // A channel has handed out this many of the messages it was given.
  caf::reacts_to<atom::room, std::string, uint64_t>,
  // What a channel is given from now on has to go to disk (true), or not.
  caf::reacts_to<atom::room, std::string, bool>,
  // An ephemeral channel has lost its last consumer.
  caf::reacts_to<atom::vacant, channel_actor, std::string>,
  // INTERNAL: looks again at the publishes that wait.
  caf::reacts_to<atom::tick>>;

/// The NODE actor interface.
using node_actor = caf::typed_actor<
  // Returns the topic of this name, creating it if need be.
  caf::replies_to<atom::topic, std::string>::with<topic_actor>,
  // Returns the topic of this name or `no_such_topic`.
  caf::replies_to<atom::find, std::string>::with<topic_actor>,
  // Returns all topics.
  caf::replies_to<atom::list>::with<std::vector<topic_actor>>,
  // Deletes a topic, its channels and all their messages.
  caf::replies_to<atom::erase, std::string>::with<atom::erase>,
  // Hands all messages in memory to the store and answers when they are on
  // disk.
  caf::replies_to<atom::save>::with<atom::save>,
  // Tells about itself.
  caf::replies_to<atom::stat>::with<actor_stat>,
  // An ephemeral topic has lost its last channel.
  caf::reacts_to<atom::vacant, topic_actor, std::string>,
  // All actors of a topic of this name have ended.
  caf::reacts_to<atom::gone, std::string>,
  // The topic of this name has got (true) or lost a channel.
  caf::reacts_to<atom::channel, topic_actor, std::string, std::string, bool>>;

} // namespace cafq

// -- handles that travel in messages ------------------------------------------

CAF_BEGIN_TYPE_ID_BLOCK(cafq_actors, caf::id_block::cafq::end)

  CAF_ADD_TYPE_ID(cafq_actors, (cafq::appender_actor))
  CAF_ADD_TYPE_ID(cafq_actors, (cafq::channel_actor))
  CAF_ADD_TYPE_ID(cafq_actors, (cafq::client_actor))
  CAF_ADD_TYPE_ID(cafq_actors, (cafq::discovery_actor))
  CAF_ADD_TYPE_ID(cafq_actors, (cafq::node_actor))
  CAF_ADD_TYPE_ID(cafq_actors, (cafq::owner_actor))
  CAF_ADD_TYPE_ID(cafq_actors, (cafq::store_actor))
  CAF_ADD_TYPE_ID(cafq_actors, (cafq::stat_actor))
  CAF_ADD_TYPE_ID(cafq_actors, (cafq::topic_actor))
  CAF_ADD_TYPE_ID(cafq_actors, (cafq::topology_actor))
  CAF_ADD_TYPE_ID(cafq_actors, (std::vector<cafq::channel_actor>))
  CAF_ADD_TYPE_ID(cafq_actors, (std::vector<cafq::stat_actor>))
  CAF_ADD_TYPE_ID(cafq_actors, (std::vector<cafq::topic_actor>))

CAF_END_TYPE_ID_BLOCK(cafq_actors)
