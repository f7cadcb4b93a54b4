using System;
using System.Net.Http;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Tasks;

public static class SendLead
{
    public static void Main()
    {
        SendAsync().GetAwaiter().GetResult();
    }

    private static async Task SendAsync()
    {
        var body = @body;
@{prelude}        var request = new HttpRequestMessage(HttpMethod.Post, @url);
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
@{headers}        using (var client = new HttpClient { Timeout = TimeSpan.FromSeconds(30) })
        {
            var response = await client.SendAsync(request);
            Console.WriteLine((int)response.StatusCode + " " + await response.Content.ReadAsStringAsync());
        }
    }
}
