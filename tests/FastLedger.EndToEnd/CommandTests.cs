// SPDX-License-Identifier: Apache-2.0
using System.Text.Json;

namespace FastLedger.EndToEnd;

public class CommandTests
{
    private static JsonElement Json(int expectedExit, params string[] arguments)
    {
        (int exit, string output, string error) = TestNode.Run([.. arguments, "--json"]);
        Assert.True(exit == expectedExit, $"exit code {exit}: {error}");
        using JsonDocument parsed = JsonDocument.Parse(output);
        return parsed.RootElement.Clone();
    }

    [Fact]
    public void The_demo_balances_and_restarts_to_the_same_root()
    {
        JsonElement demo = Json(0, "demo", "--seconds", "2");
        Assert.True(demo.GetProperty("ok").GetBoolean());
        Assert.True(demo.GetProperty("sum_zero").GetBoolean());
        Assert.True(demo.GetProperty("restart_root_equal").GetBoolean());
        Assert.Equal(4, demo.GetProperty("replicas").GetInt32());
        Assert.True(demo.GetProperty("answered_during_crash").GetBoolean());
        Assert.True(demo.GetProperty("proof_verified").GetBoolean());
        Assert.Equal(demo.GetProperty("proof_bytes").GetInt32(), demo.GetProperty("proof_mutations_refused").GetInt32());
        Assert.True(demo.GetProperty("ops_per_s").GetDouble() > 0);
        Assert.Equal(64, demo.GetProperty("state_root").GetString()!.Length);
    }

    [Theory]
    [InlineData("transfers")]
    [InlineData("orders")]
    public void A_benchmark_starts_its_node_measures_it_and_takes_it_down(string workload)
    {
        JsonElement bench = Json(0, "bench", workload, "--seconds", "1", "--warm-up", "0.5", "--accounts", "1000", "--rate", "20000", "--batch", "100");
        Assert.True(bench.GetProperty("ok").GetBoolean());
        Assert.Equal("open", bench.GetProperty("loop").GetString());
        Assert.InRange(bench.GetProperty("ops_per_s").GetDouble(), 1, 21_000); // never above the rate; below it on a busy machine
        Assert.True(bench.GetProperty("stages").GetProperty("commands").GetInt64() > 0);
    }

    [RecordedSessionFact]
    public void Recorded_order_flow_is_reproduced_and_ends_in_the_same_root_twice()
    {
        string file = RecordedSessionFactAttribute.Find()!;
        JsonElement first = Json(0, "replay", file), second = Json(0, "replay", file);
        Assert.True(first.GetProperty("fills_exact").GetInt64() >= 0.96 * first.GetProperty("fills_total").GetInt64());
        Assert.Equal(first.GetProperty("state_root").GetString(), second.GetProperty("state_root").GetString());
    }
}
