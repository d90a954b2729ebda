// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using FastLedger.Protocol.Messages;

namespace FastLedger.Client;

/// <summary>The state root and what it is made of.</summary>
/// <param name="Head">As of when.</param>
/// <param name="Tables">In ascending order of their number.</param>
public sealed record TableRoots(TableRootsAnswerHead Head, IReadOnlyList<TableRoot> Tables);
