// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;

namespace FastLedger.Applications.Scenarios;

/// <summary>One sentence of a scenario.</summary>
/// <param name="Line">Its line in the file.</param>
/// <param name="Keyword">Given, When, Then, And, But.</param>
/// <param name="Text">The sentence.</param>
/// <param name="Lines">The lines of the text block below it; empty without one.</param>
/// <param name="Rows">The rows of the table below it; empty without one.</param>
public sealed record ScenarioStep(
    int Line, string Keyword, string Text, IReadOnlyList<string> Lines, IReadOnlyList<IReadOnlyList<string>> Rows);
