$signature = @{encode};
