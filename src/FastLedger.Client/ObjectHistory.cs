// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using FastLedger.Primitives.Commands;
using FastLedger.Protocol.Messages;

namespace FastLedger.Client;

/// <summary>A piece of an object's history.</summary>
/// <param name="Head">Whose history, where it begins and where it goes on.</param>
/// <param name="Events">Newest first.</param>
public sealed record ObjectHistory(ObjectHistoryAnswerHead Head, IReadOnlyList<LedgerEvent> Events);
