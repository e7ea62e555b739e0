namespace OpenAI.Realtime.WebRtc.Live.Tests.Delegations;

public sealed class SpokenTextTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("four", 1)]
    [InlineData("fives", 2)]
    [InlineData("日本語", 3)]
    public void Tokens_are_estimated(string text, int tokens) => Assert.Equal(tokens, SpokenText.Tokens(text));

    [Fact]
    public void A_text_is_cut_behind_sentences()
    {
        string text = string.Join(" ", Enumerable.Range(1, 200).Select(i => $"This is sentence number {i}."));
        IReadOnlyList<string> pieces = SpokenText.Pieces(text);
        Assert.True(pieces.Count > 1);
        Assert.All(pieces, piece => Assert.True(piece.EndsWith('.') && SpokenText.Tokens(piece) <= SpokenText.LongestPiece, piece));
        Assert.Equal(text, string.Join(" ", pieces));
    }

    [Fact]
    public void Without_sentences_it_is_cut_between_words_and_without_words_between_characters()
    {
        string words = string.Join(" ", Enumerable.Repeat("word", 1_000));
        Assert.Equal(words, string.Join(" ", SpokenText.Pieces(words)));
        Assert.All(SpokenText.Pieces(words), piece => Assert.EndsWith("word", piece, StringComparison.Ordinal));

        string solid = new('x', 5_000);
        Assert.Equal(solid, string.Concat(SpokenText.Pieces(solid)));
        string pictures = string.Concat(Enumerable.Repeat("😀", 2_000));
        Assert.All(SpokenText.Pieces(pictures), piece => Assert.DoesNotContain('\uFFFD', System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(piece))));
        Assert.Equal(pictures, string.Concat(SpokenText.Pieces(pictures)));
    }

    [Fact]
    public void What_nobody_could_listen_to_is_left_out_and_that_is_said()
    {
        IReadOnlyList<string> pieces = SpokenText.Pieces(new string('x', 200_000));
        Assert.Equal(SpokenText.MaxPieces, pieces.Count);
        Assert.EndsWith("left out.)", pieces[^1], StringComparison.Ordinal);
        Assert.All(pieces, piece => Assert.True(SpokenText.Tokens(piece) <= SpokenText.LongestPiece));
    }

    [Fact]
    public void Nothing_is_no_piece()
    {
        Assert.Empty(SpokenText.Pieces(""));
        Assert.Empty(SpokenText.Pieces(" \n "));
        Assert.Null(SpokenText.Halve("short"));
    }

    [Fact]
    public void A_piece_is_halved()
    {
        (string first, string second) = SpokenText.Halve("One sentence here. Another sentence there.")!.Value;
        Assert.Equal(("One sentence here.", "Another sentence there."), (first, second));
    }
}
