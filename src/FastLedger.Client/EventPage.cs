// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;

namespace FastLedger.Client;

/// <summary>A piece of the event log.</summary>
/// <param name="Head">Where it begins, how long the log is, its root.</param>
/// <param name="Events">By ascending number.</param>
public sealed record EventPage(EventAnswerHead Head, IReadOnlyList<LedgerEvent> Events);
