// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;

namespace FastLedger.Load.OrderFlow;

/// <summary>A trade as the venue recorded it.</summary>
/// <param name="TimestampNs">Event time.</param>
/// <param name="Aggressor">The venue's order id of the aggressor; 0 in an auction.</param>
/// <param name="Fills">Fills of resting orders, without rows that repeat the aggressor's own id.</param>
public sealed record RecordedTrade(long TimestampNs, ulong Aggressor, IReadOnlyList<RecordedFill> Fills);
