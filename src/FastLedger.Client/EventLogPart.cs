// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;

namespace FastLedger.Client;

/// <summary>A part of the event log.</summary>
/// <param name="Head">Where it begins, how long the log is, its root.</param>
/// <param name="Events">Ascending.</param>
public sealed record EventLogPart(EventAnswerHead Head, IReadOnlyList<LedgerEvent> Events);
