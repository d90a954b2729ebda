// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;

namespace FastLedger.Applications.Scenarios;

/// <summary>One application area: a promise, and the scenarios that keep it or attack it.</summary>
/// <param name="Number">Its number, 1 …; the digits that its file's name begins with.</param>
/// <param name="Key">The rest of its file's name.</param>
/// <param name="Title">Its name for people.</param>
/// <param name="Promise">What users of such a system are promised, in a line.</param>
/// <param name="Scenarios">In the order of the file.</param>
public sealed record Area(int Number, string Key, string Title, string Promise, IReadOnlyList<Scenario> Scenarios);
